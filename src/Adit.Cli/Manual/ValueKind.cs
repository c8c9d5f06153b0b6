namespace Adit.Cli.Manual;

/// <summary>What a shell can offer where a value stands.</summary>
internal enum ValueKind
{
    /// <summary>Nothing.</summary>
    Text,

    /// <summary>Files.</summary>
    File,

    /// <summary>Folders.</summary>
    Folder,

    /// <summary>Hosts of ssh_config and known_hosts, with a user before them.</summary>
    Host,

    /// <summary>Several hosts with commas between.</summary>
    Hosts,

    /// <summary>Names of accounts.</summary>
    User,

    /// <summary>Network interfaces.</summary>
    Interface,

    /// <summary>A command and its arguments.</summary>
    Command,

    /// <summary>One of several words.</summary>
    Choice,

    /// <summary>Several words with commas between, and <c>+</c>, <c>-</c> or <c>^</c> before the first.</summary>
    List,

    /// <summary>A keyword of ssh_config(5), <c>=</c> and its value.</summary>
    Keyword,

    /// <summary>Words to go on from, such as <c>ssh://</c>.</summary>
    Start,
}

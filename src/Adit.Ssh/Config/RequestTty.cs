namespace Adit.Ssh.Config;

/// <summary>RequestTTY: whether the session gets a terminal.</summary>
public enum RequestTty
{
    /// <summary>For a shell, where standard input is a terminal.</summary>
    Auto,

    /// <summary>Never (<c>-T</c>).</summary>
    No,

    /// <summary>Where standard input is a terminal (<c>-t</c>).</summary>
    Yes,

    /// <summary>Always (<c>-tt</c>).</summary>
    Force,
}

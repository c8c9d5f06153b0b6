namespace Adit.Ssh.Config;

/// <summary>ControlMaster: whether connections share one session.</summary>
public enum ControlMaster
{
    /// <summary>They do not.</summary>
    No,

    /// <summary>This one is the master.</summary>
    Yes,

    /// <summary>The master, which asks before it shares.</summary>
    Ask,

    /// <summary>The master if there is none yet.</summary>
    Auto,

    /// <summary>The same, asking before it shares.</summary>
    AutoAsk,
}

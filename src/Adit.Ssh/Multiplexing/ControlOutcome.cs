namespace Adit.Ssh.Multiplexing;

/// <summary>What became of a request to a master.</summary>
public enum ControlOutcome
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>The person at the master refused.</summary>
    Denied,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>The master went away without an answer.</summary>
    Gone,
}

namespace Adit.Wire.Lifeline;

/// <summary>What a server says to HELLO.</summary>
public enum LifelineVerdict : byte
{
    /// <summary>The path may be confirmed.</summary>
    Welcome = 0,

    /// <summary>The session that was asked for is not there: the server was restarted, or has given it up. It will never come back.</summary>
    Gone = 1,

    /// <summary>No more sessions or paths now.</summary>
    Busy = 2,
}

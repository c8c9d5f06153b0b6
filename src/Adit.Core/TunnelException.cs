namespace Adit.Core;

/// <summary>A broken peer, network or local resource. The message reads <i>where: what: expected, got</i> and holds no secret and no payload.</summary>
public sealed class TunnelException : IOException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="error">The cause, as a code.</param>
    /// <param name="message">One line, <i>where: what: expected, got</i>.</param>
    /// <param name="hop">The hop that failed, as the user named it; null where there is one only.</param>
    /// <param name="inner">The cause, if another exception told it.</param>
    public TunnelException(TunnelError error, string message, string? hop = null, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
        Hop = hop;
    }

    /// <summary>The cause, as a code.</summary>
    public TunnelError Error { get; }

    /// <summary>The hop that failed, as the user named it; null where there is one only.</summary>
    public string? Hop { get; }
}

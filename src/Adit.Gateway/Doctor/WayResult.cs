using Adit.Core;

namespace Adit.Gateway.Doctor;

/// <summary>What became of a way that was tried. Immutable.</summary>
public sealed record WayResult
{
    /// <summary>The way.</summary>
    public required Way Way { get; init; }

    /// <summary>Whether SSH answers behind it.</summary>
    public bool Passes => Identification is not null && Error is null;

    /// <summary>Until the stream to the target stood; null where it never did.</summary>
    public TimeSpan? Connected { get; init; }

    /// <summary>Until the server's identification was there, connecting included; null where it never came.</summary>
    public TimeSpan? Banner { get; init; }

    /// <summary>One round trip over the way; null where it was not measured.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Octets a second towards the server; null where they were not measured.</summary>
    public double? Upload { get; init; }

    /// <summary>Octets a second from the server; null where they were not measured.</summary>
    public double? Download { get; init; }

    /// <summary>What the server calls itself, such as <c>SSH-2.0-OpenSSH_9.2p1</c>; not to be trusted.</summary>
    public string? Identification { get; init; }

    /// <summary>How an HTTP carrier got through (<c>rung 3 (duplex POST)</c>); null for others.</summary>
    public string? Rung { get; init; }

    /// <summary>Whether the user's keys opened a session; null where none was tried.</summary>
    public bool? LoggedIn { get; init; }

    /// <summary>Why there was no session, one line; null where there was, or where none was wanted.</summary>
    public string? LoginWords { get; init; }

    /// <summary>Why it does not pass; null where it does.</summary>
    public TunnelError? Error { get; init; }

    /// <summary>The same in a line, <i>where: what</i>; null where it passes.</summary>
    public string? Message { get; init; }

    /// <summary>What a person can do about it; null where it passes.</summary>
    public string? Advice { get; init; }
}

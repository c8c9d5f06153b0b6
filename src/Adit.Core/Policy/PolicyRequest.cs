using System.Net;

namespace Adit.Core.Policy;

/// <summary>What is asked for, and by whom, as far as it is known.</summary>
/// <param name="Host">The name or address literal that was asked for.</param>
/// <param name="Port">The port.</param>
/// <param name="Resolved">The address that will be connected to; null where the name is resolved elsewhere, or not yet.</param>
public readonly record struct PolicyRequest(string Host, int Port, IPAddress? Resolved = null)
{
    /// <summary>The authenticated user; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>The listener it came by, as <c>ADDRESS:PORT</c>; null where none is known.</summary>
    public string? Listener { get; init; }

    /// <summary>The client's address; null where none is known.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The protocol it was asked in: <c>connect</c>, <c>socks</c>, <c>http</c>, <c>transparent</c>; null where that does not matter.</summary>
    public string? Service { get; init; }
}

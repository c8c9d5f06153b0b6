using Adit.Core.Hops;
using Adit.Gateway.Forwards;

namespace Adit.Gateway.Configuration;

/// <summary>One plain forward. Immutable.</summary>
public sealed record ForwardConfiguration
{
    /// <summary>Where to listen (<c>listen</c>); required. Without an address: every loopback family.</summary>
    public ForwardEndpoint? Listen { get; init; }

    /// <summary>Where to (<c>target</c>); required, with a host or a socket path. As many ports as <see cref="Listen"/> has.</summary>
    public ForwardEndpoint? Target { get; init; }

    /// <summary>The hops (<c>via</c>), nearest first; none by default.</summary>
    public IReadOnlyList<HopUri> Via { get; init; } = [];
}

using Adit.Core;
using Adit.Gateway.Configuration;

namespace Adit.Gateway.Forwards;

/// <summary>One listener of a forward and what it leads to. A forward of a range has one a port.</summary>
/// <param name="Listen">Where to listen.</param>
/// <param name="Target">What to dial.</param>
public sealed record ForwardPair(Destination Listen, Destination Target)
{
    /// <summary>The pairs of a forward that <see cref="ConfigurationFile"/> found to be in order.</summary>
    public static IReadOnlyList<ForwardPair> Of(ForwardConfiguration forward)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ForwardEndpoint listen = forward.Listen ?? throw new ArgumentException("forward: expected a place to listen, got none", nameof(forward));
        ForwardEndpoint target = forward.Target ?? throw new ArgumentException("forward: expected a target, got none", nameof(forward));
        int count = listen.IsUnix ? 1 : listen.Ports.Count;
        return [.. Enumerable.Range(0, count).Select(i => new ForwardPair(At(listen, i), At(target, !target.IsUnix && target.Ports.Count > 1 ? i : 0)))];
    }

    private static Destination At(ForwardEndpoint endpoint, int index)
    {
        if (endpoint.IsUnix) return new UnixDestination(State.HomePath.Expand(endpoint.Path!));
        // Where no host stands: every loopback family, or the far end of the last hop itself.
        string host = string.IsNullOrEmpty(endpoint.Host) ? "localhost" : endpoint.Host;
        int port = endpoint.Ports.First + index;
        return endpoint.IsUdp ? new UdpDestination(host, port) : new TcpDestination(host, port);
    }
}

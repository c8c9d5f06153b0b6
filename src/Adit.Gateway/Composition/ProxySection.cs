using Adit.Gateway.Proxying;
using Adit.Gateway.Status;
using Adit.Proxies;

namespace Adit.Gateway.Composition;

/// <summary>A running item of <c>proxies:</c>.</summary>
/// <param name="server">The proxy; owned.</param>
internal sealed class ProxySection(ProxyServer server) : ISection
{
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;

    public IReadOnlyList<string> Listening => [.. server.Listening.Select(l => l.ToString())];

    public SectionStatus Status(int connections)
    {
        ProxyStatistics did = server.Service.Statistics;
        return new SectionStatus
        {
            Kind = "proxy",
            Listening = Listening,
            Hops = server.Via?.Status ?? [],
            Since = _since,
            Accepted = did.Accepted,
            Active = server.ConnectionCount,
            Refused = did.Refused,
            Failed = did.Failed,
            Up = did.Up,
            Down = did.Down,
            Connections = [.. server.Service.Connections(connections).Select(c => new ConnectionStatus
            {
                From = c.Client?.ToString(),
                User = c.User,
                What = c.Request,
                Since = c.Began,
                Up = c.Octets?.Up,
                Down = c.Octets?.Down,
            })],
        }.WithLive();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}

using Adit.Core.Lifeline;
using Adit.Gateway.Configuration;
using Adit.Gateway.Leases;
using Adit.Gateway.Tunnels;
using Adit.Ssh.Server;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Serving;

/// <summary>What all sessions of a gateway share. Immutable but for the leases and the totals.</summary>
internal sealed record GatewayContext
{
    public required GatewayConfiguration Configuration { get; init; }

    public required SshServerOptions Server { get; init; }

    public required IReadOnlyList<AuthorizedKeysFile> AuthorizedKeys { get; init; }

    /// <summary>Folders whose sockets no session reaches.</summary>
    public required IReadOnlyList<string> NeverReachable { get; init; }

    public required ReverseListenerLeases Leases { get; init; }

    /// <summary>Takes the connections that turn out to be lifelines.</summary>
    public required LifelineAcceptor Lifelines { get; init; }

    public TunnelHost? Tunnels { get; init; }

    public GatewayTotals Totals { get; } = new();

    public required ILogger Logger { get; init; }

    public required TimeProvider Time { get; init; }
}

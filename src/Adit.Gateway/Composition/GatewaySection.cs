using Adit.Gateway.Configuration;
using Adit.Gateway.Serving;
using Adit.Gateway.State;
using Adit.Gateway.Status;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Composition;

/// <summary>A running <c>gateway:</c>.</summary>
/// <param name="server">The gateway; owned.</param>
internal sealed class GatewaySection(GatewayServer server) : ISection
{
    public GatewayServer Server => server;

    public IReadOnlyList<string> Listening => [.. server.Listening.Select(l => l.ToString())];

    public static async Task<ISection> StartAsync(GatewayConfiguration configuration, string? state, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        new GatewaySection(await GatewayServer.StartAsync(configuration, StateFolder.Open(StateFolder.Locate(configuration.State ?? state)), loggers, null, cancellationToken).ConfigureAwait(false));

    public SectionStatus Status(int connections) => server.Status(connections);

    public ValueTask DisposeAsync() => server.DisposeAsync();
}

using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Links;
using Adit.Gateway.Status;
using Adit.Links.Delivery;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Composition;

/// <summary>A running item of <c>links:</c>.</summary>
internal sealed partial class LinkSection : ISection
{
    private readonly LinkConfiguration _configuration;
    private readonly RunningLink _link;
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;

    private LinkSection(LinkConfiguration configuration, RunningLink link, ILogger logger)
    {
        (_configuration, _link) = (configuration, link);
        Broken = TellAsync(logger);
    }

    public Task Broken { get; }

    public IReadOnlyList<string> Listening => _link.Delivery is UdpDelivery udp ? [_link.Device.Name, $"{udp.Local}/udp"] : _link.Listener is { } listener ? [_link.Device.Name, listener.BoundAt.ToString()] : [_link.Device.Name];

    /// <summary>Opens the link, and says once that nothing protects it.</summary>
    /// <param name="configuration">What it is.</param>
    /// <param name="context">What it needs.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">It cannot be opened.</exception>
    public static async Task<ISection> StartAsync(LinkConfiguration configuration, LinkContext context, CancellationToken cancellationToken)
    {
        RunningLink link = await LinkFactory.OpenAsync(configuration, context, cancellationToken).ConfigureAwait(false);
        if (LinkProtection.WarningOf(configuration) is { } warning) LogUnprotected(context.Logger, link.Device.Name, LinkTypes.Of(configuration.Type!.Value).Word, warning);
        LogMtu(context.Logger, link.Device.Name, link.Mtu, link.Device.HasOffloads ? "with" : "without");
        return new LinkSection(configuration, link, context.Logger);
    }

    public SectionStatus Status(int connections)
    {
        LinkStatus link = LinkStatuses.Of(_configuration, _link);
        return new SectionStatus
        {
            Kind = "link",
            Listening = Listening,
            Target = _configuration.Remote.Count > 0 ? string.Join(' ', _configuration.Remote) : null,
            Hops = _link.Hops?.Status ?? [],
            Since = _since,
            Up = link.Sent.Octets,
            Down = link.Received.Octets,
            Refused = link.Drops.Values.Sum(),
            Link = link,
        };
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private async Task TellAsync(ILogger logger)
    {
        try
        {
            await _link.Ended.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogBroken(logger, _link.Device.Name, e.Message);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device}: {Type}: {Warning}")]
    private static partial void LogUnprotected(ILogger logger, string device, string type, string warning);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Device}: MTU {Mtu}, {With} offloads")]
    private static partial void LogMtu(ILogger logger, string device, int mtu, string with);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Device}: the link is broken: {Reason}")]
    private static partial void LogBroken(ILogger logger, string device, string reason);
}

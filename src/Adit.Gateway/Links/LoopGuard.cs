using System.Net;
using Adit.Core;
using Adit.Platform.Netlink;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Links;

/// <summary>
/// Sees to it that a link's own packets do not go through the link itself: asks the kernel for the route to each remote at the start, and again whenever a route, an address or an interface
/// changes. What loops nevertheless, the tunnel recognises and drops.
/// </summary>
internal sealed partial class LoopGuard : IAsyncDisposable
{
    private readonly string _device;
    private readonly IReadOnlyList<IPAddress> _remotes;
    private readonly ILogger _logger;
    private readonly RtNetlink _netlink; // and the monitor: of the network namespace that the link was opened in
    private readonly NetworkMonitor _monitor;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watching;
    private volatile string? _problem;

    private LoopGuard(string device, IReadOnlyList<IPAddress> remotes, RtNetlink netlink, ILogger logger)
    {
        (_device, _remotes, _netlink, _logger) = (device, remotes, netlink, logger);
        _monitor = new NetworkMonitor();
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>What is wrong now; null for nothing.</summary>
    public string? Problem => _problem;

    /// <summary>Looks, refuses a loop, and watches from then on.</summary>
    /// <param name="device">The link's interface.</param>
    /// <param name="remotes">Where its packets go.</param>
    /// <param name="logger">Hears of a loop that comes later.</param>
    /// <exception cref="TunnelException">A remote is reached through the link itself.</exception>
    public static LoopGuard Start(string device, IReadOnlyList<IPAddress> remotes, ILogger logger)
    {
        var netlink = new RtNetlink();
        try
        {
            if (Find(netlink, device, remotes) is { } loop) throw new TunnelException(TunnelError.BadConfiguration, loop);
            return new LoopGuard(device, remotes, netlink, logger);
        }
        catch
        {
            netlink.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _monitor.Dispose();
        _netlink.Dispose();
        _stopping.Dispose();
    }

    /// <summary>The loop there is, in one line; null for none.</summary>
    private static string? Find(RtNetlink netlink, string device, IReadOnlyList<IPAddress> remotes)
    {
        foreach (IPAddress remote in remotes)
        {
            try
            {
                if (netlink.FindRoute(remote) is { } route && route.InterfaceName == device)
                    return $"route to {remote}: expected another interface than the link's own, got {device}: its packets would go round in it; give {remote} a route of its own (ip route add {remote} via GATEWAY)";
            }
            catch (NetlinkException)
            {
                // No way there now: that is no loop.
            }
        }

        return null;
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await _monitor.WaitAsync(_stopping.Token).ConfigureAwait(false);
                string? problem = Find(_netlink, _device, _remotes);
                if (problem is not null && _problem is null) LogLoop(_logger, _device, problem);
                if (problem is null && _problem is not null) LogNoLoop(_logger, _device);
                _problem = problem;
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
        catch (Exception e) when (e is NetlinkException or ObjectDisposedException)
        {
            LogBlind(_logger, _device, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Device}: {Problem}; until then nothing is sent")]
    private static partial void LogLoop(ILogger logger, string device, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Device}: its remotes have routes of their own again")]
    private static partial void LogNoLoop(ILogger logger, string device);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device}: changes of routes are not seen any more: {Reason}")]
    private static partial void LogBlind(ILogger logger, string device, string reason);
}

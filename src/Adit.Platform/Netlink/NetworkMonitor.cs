using Adit.Platform.Descriptors;

namespace Adit.Platform.Netlink;

/// <summary>Hears that interfaces, addresses or routes of this network namespace changed. What changed is to be asked anew: news may be lost, that there was some is not.</summary>
public sealed class NetworkMonitor : IDisposable
{
    // linux/rtnetlink.h: RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV4_RULE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE.
    private const uint Groups = 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400;

    private readonly NetlinkSocket _socket = new(Groups);
    private readonly PolledDescriptor _polled;

    /// <summary>Begins to listen; needs no privilege.</summary>
    /// <exception cref="NetlinkException">The kernel offers no netlink.</exception>
    public NetworkMonitor() => _polled = new PolledDescriptor(_socket.Handle);

    /// <summary>Waits until something changed since the last call.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        while (!_socket.Drain()) await _polled.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _polled.Dispose();
        _socket.Dispose();
    }
}

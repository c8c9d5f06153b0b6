using System.Buffers;
using System.Net;
using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Streams;
using Adit.Wire;
using Adit.Wire.Socks;

namespace Adit.Proxies.Clients;

/// <summary>Datagrams through an association of a SOCKS5 proxy (RFC 1928 §7). It lives as long as the connection that asked for it.</summary>
internal sealed class SocksFlow : IDatagramFlow
{
    private readonly IDatagramFlow _relay;
    private readonly DuplexStream _control;
    private readonly byte[] _header;
    private readonly IPAddress? _address;
    private readonly int _port;

    /// <param name="relay">Datagrams to the proxy; owned from here on.</param>
    /// <param name="control">The connection; owned from here on.</param>
    /// <param name="to">The correspondent.</param>
    public SocksFlow(IDatagramFlow relay, DuplexStream control, UdpDestination to)
    {
        _relay = relay;
        _control = control;
        byte[] header = new byte[SocksDatagram.LongestHeader];
        _header = header[..SocksDatagram.Write(header, to.Host, to.Port)];
        _address = IPAddress.TryParse(to.Host, out IPAddress? address) ? address : null;
        _port = to.Port;
        _ = WatchAsync();
    }

    public int SendLimit => _relay.SendLimit - _header.Length;

    public bool TrySend(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > SendLimit) return false;
        byte[] whole = ArrayPool<byte>.Shared.Rent(_header.Length + datagram.Length);
        _header.CopyTo(whole, 0);
        datagram.CopyTo(whole.AsSpan(_header.Length));
        bool isSent = _relay.TrySend(whole.AsSpan(0, _header.Length + datagram.Length));
        ArrayPool<byte>.Shared.Return(whole);
        return isSent;
    }

    public bool TryReceive(Span<byte> destination, out int length)
    {
        byte[] whole = ArrayPool<byte>.Shared.Rent(DatagramLimits.MaximumLength);
        length = 0;
        bool isThere = false;
        while (!isThere && _relay.TryReceive(whole, out int count))
        {
            // §7: fragments are dropped where they are not put together. What comes from another place than the correspondent is not this flow's.
            if (SocksDatagram.TryDecode(whole.AsSpan(0, count), out SocksDatagram header, out int start) != DecodeStatus.Ok || header.Fragment != 0 || !IsFromCorrespondent(header)) continue;
            length = Math.Min(count - start, destination.Length);
            whole.AsSpan(start, length).CopyTo(destination);
            isThere = true;
        }

        ArrayPool<byte>.Shared.Return(whole);
        return isThere;
    }

    public ValueTask<bool> WaitReceivableAsync(CancellationToken cancellationToken = default) => _relay.WaitReceivableAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync().ConfigureAwait(false);
        await _relay.DisposeAsync().ConfigureAwait(false);
    }

    private bool IsFromCorrespondent(in SocksDatagram header) =>
        header.Port == _port && (_address is null || (IPAddress.TryParse(header.Host, out IPAddress? from) && from.Equals(_address)));

    // §6: the association ends with the connection that asked for it.
    private async Task WatchAsync()
    {
        byte[] octets = new byte[16];
        try
        {
            while (await _control.ReadAsync(octets).ConfigureAwait(false) > 0)
            {
                // Nothing is said there any more.
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Its end is all that counts.
        }

        await DisposeAsync().ConfigureAwait(false);
    }
}

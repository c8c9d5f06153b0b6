using System.Net;
using System.Net.Sockets;

namespace Adit.Carriers.Dns;

/// <summary>A resolver that is asked in clear: by UDP from several random ports (RFC 5452 §9.2; the sockets are connected, so only its address can answer) and by one TCP connection.</summary>
internal sealed class DnsResolverLink : DnsLink
{
    /// <summary>Ours: UDP sockets, each with a port that the system chose.</summary>
    private const int Ports = 4;

    private const int Stream = Ports;

    private readonly IPEndPoint _place;
    private readonly Socket[] _sockets = new Socket[Ports];
    private readonly CancellationTokenSource _stopping = new();
    private readonly DnsStreamConnection _stream;
    private int _turn;

    /// <summary>Opens the sockets.</summary>
    /// <exception cref="SocketException">There is no way to the address.</exception>
    public DnsResolverLink(DnsResolver resolver, IDnsAnswerSink sink)
        : base(resolver, sink)
    {
        _place = new IPEndPoint(resolver.Address!, resolver.Port);
        _stream = new DnsStreamConnection(ConnectAsync, octets => Take(octets, Stream, isStream: true), _ => Broke(isStream: true));
        try
        {
            for (int i = 0; i < Ports; i++)
            {
                _sockets[i] = new Socket(_place.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1024 * 1024 };
                _sockets[i].Connect(_place);
            }
        }
        catch
        {
            foreach (Socket? each in _sockets) each?.Dispose();
            throw;
        }

        for (int i = 0; i < Ports; i++)
        {
            int index = i;
            _ = Task.Run(() => ReceiveAsync(index));
        }
    }

    protected override int Choose(bool isStream) => isStream ? Stream : _turn++ & (Ports - 1);

    protected override void Dispatch(int channel, int key, ReadOnlySpan<byte> query)
    {
        if (channel == Stream)
        {
            _stream.Send(query);
            return;
        }

        try
        {
            _sockets[channel].Send(query, SocketFlags.None);
        }
        catch (SocketException)
        {
            // As if it was lost; a loop that receives hears of a port that is closed.
        }
    }

    protected override async ValueTask CloseAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (Socket each in _sockets) each.Dispose();
        _stream.Dispose();
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(_place.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_place, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ReceiveAsync(int index)
    {
        byte[] room = GC.AllocateArray<byte>(4096, pinned: true);
        while (!_stopping.IsCancellationRequested)
        {
            int length;
            try
            {
                length = await _sockets[index].ReceiveAsync(room.AsMemory(), SocketFlags.None, _stopping.Token).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                Broke(isStream: false);
                continue;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            Take(room.AsSpan(0, length), index, isStream: false);
        }
    }
}

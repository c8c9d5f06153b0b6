using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Adit.Core.Datagrams;

/// <summary>One source of a <see cref="DatagramForwarder"/>, and the flow for it.</summary>
internal sealed class ForwardedSource(Socket socket, SocketAddress address, long now, int pendingLength) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _over = new();
    private Queue<byte[]>? _pending = new();
    private int _pendingOctets;
    private IDatagramFlow? _flow;
    private long _last = now;

    /// <summary>When the last datagram went through, by the forwarder's clock.</summary>
    public long Last => Volatile.Read(ref _last);

    /// <summary>Whether anything ever came back.</summary>
    public bool WasAnswered { get; private set; }

    /// <summary>Whether it could not be dialled; it then stands for a while in the way of the next attempt.</summary>
    public bool HasFailed { get; set; }

    /// <summary>Over when it is disposed.</summary>
    public CancellationToken Over => _over.Token;

    public IPEndPoint EndPoint => (IPEndPoint)new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0).Create(address);

    /// <summary>Hands a datagram on, or keeps it until the flow is there.</summary>
    /// <returns>False when it was dropped.</returns>
    public bool Send(ReadOnlySpan<byte> datagram, long now)
    {
        Volatile.Write(ref _last, now);
        IDatagramFlow? flow;
        lock (_lock)
        {
            flow = _flow;
            if (flow is null)
            {
                if (_pending is null || _pendingOctets + datagram.Length > pendingLength || _pending.Count >= 256) return false;
                _pending.Enqueue(datagram.ToArray());
                _pendingOctets += datagram.Length;
                return true;
            }
        }

        return flow.TrySend(datagram);
    }

    /// <summary>The flow is there: what waited goes first.</summary>
    public void Attach(IDatagramFlow flow)
    {
        lock (_lock)
        {
            while (_pending!.TryDequeue(out byte[]? datagram)) flow.TrySend(datagram);
            (_flow, _pending) = (flow, null);
        }
    }

    /// <summary>There is no flow: what waited is thrown away.</summary>
    public void GiveUp()
    {
        lock (_lock) _pending = null;
        HasFailed = true;
    }

    /// <summary>Sends what comes back, until the flow ends.</summary>
    public async Task ReturnAsync(Func<long> clock, Action dropped, Action<int> returned)
    {
        while (await _flow!.WaitReceivableAsync(Over).ConfigureAwait(false))
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(DatagramLimits.MaximumLength);
            while (_flow.TryReceive(buffer, out int length))
            {
                Volatile.Write(ref _last, clock()); // before anybody can hear of it
                try
                {
                    socket.SendTo(buffer.AsSpan(0, length), SocketFlags.None, address);
                    WasAnswered = true;
                    returned(length);
                }
                catch (SocketException)
                {
                    // No room, or the source is gone.
                    dropped();
                }
            }

            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        if (_flow is not null) await _flow.DisposeAsync().ConfigureAwait(false);
    }
}

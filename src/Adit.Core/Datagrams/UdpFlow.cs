using System.Net;
using System.Net.Sockets;
using Adit.Core.Streams;
using Adit.Platform.EventLoops;

namespace Adit.Core.Datagrams;

/// <summary>
/// A connected UDP socket on an event loop; holds no buffer while it waits. What the network says about a datagram (an ICMP error) is passed over: it ends no
/// flow, for the next datagram may arrive. Owns the socket.
/// </summary>
public sealed class UdpFlow : IDatagramFlow, IDisposable
{
    private readonly LoopSocket _socket;
    private bool _drained;

    private UdpFlow(Socket socket)
    {
        SendLimit = socket.AddressFamily == AddressFamily.InterNetwork ? DatagramLimits.MaximumOverIpv4 : DatagramLimits.MaximumLength;
        socket.Blocking = false;
        _socket = new LoopSocket(socket.SafeHandle, EventLoop.Here, socket, isDatagram: true);
    }

    /// <inheritdoc/>
    public int SendLimit { get; }

    /// <summary>The address of this end.</summary>
    public IPEndPoint? LocalEndPoint => AddressOf(remote: false);

    /// <summary>The address of the correspondent.</summary>
    public IPEndPoint? RemoteEndPoint => AddressOf(remote: true);

    /// <summary>Opens a flow.</summary>
    /// <exception cref="SocketException">There is no way to that address.</exception>
    public static UdpFlow Connect(IPEndPoint to)
    {
        ArgumentNullException.ThrowIfNull(to);
        var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(to);
            return new UdpFlow(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TrySend(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > SendLimit) return false;
        // The second time round an ICMP error of an earlier datagram has been told, and this one goes out.
        for (int tries = 0; tries < 2; tries++)
        {
            int error = _socket.Send(datagram, out _);
            if (error == 0) return true;
            if (error is LoopSocket.TryAgain or LoopSocket.Closed) return false;
        }

        return false;
    }

    /// <inheritdoc/>
    public bool TryReceive(Span<byte> destination, out int length)
    {
        for (int tries = 0; tries < 8; tries++)
        {
            int error = _socket.Receive(destination, out length);
            if (error == 0) return true;
            if (error is not (LoopSocket.TryAgain or LoopSocket.Closed)) continue; // an ICMP error, told once
            _drained = true;
            return false;
        }

        length = 0;
        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> WaitReceivableAsync(CancellationToken cancellationToken = default)
    {
        // No edge comes for what was there before: who has not taken all, or waits twice, is told at once.
        if (!_drained && _socket.HasSomething()) return !_socket.IsClosed;
        _drained = false;
        using (cancellationToken.UnsafeRegister(static socket => ((LoopSocket)socket!).WakeReader(), _socket))
        {
            await _socket.WaitReadableAsync().ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return !_socket.IsClosed;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private IPEndPoint? AddressOf(bool remote)
    {
        Span<byte> address = stackalloc byte[SocketAddresses.MaximumLength];
        return _socket.GetAddress(remote, address, out int length) == 0 ? SocketAddresses.Read(address[..Math.Min(length, address.Length)]) : null;
    }
}

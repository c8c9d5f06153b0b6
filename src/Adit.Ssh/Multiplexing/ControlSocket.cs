using System.Buffers.Binary;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.Descriptors;
using Adit.Platform.Libc;
using Adit.Wire;
using Adit.Wire.SshMux;

namespace Adit.Ssh.Multiplexing;

/// <summary>
/// One connection of the multiplexing protocol: whole messages both ways, and descriptors between them. Never reads ahead, since an octet that is read
/// like any other loses the descriptor that came with it.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    // Ours: how long descriptors may take to follow their request, or a full socket to find room.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly byte[] _length = new byte[4];
    private readonly byte[] _one = new byte[1];

    public ControlSocket(Socket socket) => _socket = socket;

    /// <summary>Effective user id of the other side (SO_PEERCRED, unix(7)); null if the system does not tell.</summary>
    public uint? PeerUser
    {
        get
        {
            Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid
            try
            {
                return _socket.GetRawSocketOption(1 /* SOL_SOCKET */, 17 /* SO_PEERCRED */, credentials) == 12 ? BitConverter.ToUInt32(credentials[4..]) : null;
            }
            catch (SocketException)
            {
                return null;
            }
        }
    }

    /// <summary>The type of a message; null if it is too short to have one.</summary>
    public static MuxMessageType? TypeOf(byte[] message) =>
        BinaryPrimitives.TryReadUInt32BigEndian(message, out uint type) ? (MuxMessageType)type : null;

    /// <summary>Decodes a message whose type is known.</summary>
    /// <exception cref="TunnelException">It is malformed.</exception>
    public static T Decode<T>(byte[] message)
        where T : IMuxMessage<T> =>
        T.TryDecode(message, out T value, out _) is var status && status == DecodeStatus.Ok
            ? value
            : throw new TunnelException(TunnelError.ProtocolViolation, $"control socket: message 0x{(uint)T.Type:x8}: expected a well-formed one, got {status}");

    /// <summary>Reads the next message; null at the end.</summary>
    /// <exception cref="TunnelException">The other side broke the protocol, or the connection was lost.</exception>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(_length, cancellationToken).ConfigureAwait(false)) return null;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_length);
        if (length > IMuxMessage<MuxOkMessage>.MaximumLength)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, $"control socket: message: expected at most {IMuxMessage<MuxOkMessage>.MaximumLength} octets, got {length}");
        }

        byte[] message = new byte[length];
        return await FillAsync(message, cancellationToken).ConfigureAwait(false)
            ? message
            : throw new TunnelException(TunnelError.ConnectionLost, "control socket: message: expected all of it, got its beginning");
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="TunnelException">The connection was lost.</exception>
    public async ValueTask SendAsync<T>(T message, CancellationToken cancellationToken)
        where T : IMuxMessage<T>
    {
        byte[] packet = new byte[4 + message.EncodedLength];
        BinaryPrimitives.WriteInt32BigEndian(packet, message.EncodedLength);
        message.Encode(packet.AsSpan(4));
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (int sent = 0; sent < packet.Length;) sent += await _socket.SendAsync(packet.AsMemory(sent), SocketFlags.None, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Lost("write", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends a descriptor.</summary>
    /// <exception cref="IOException">The connection was lost.</exception>
    public async ValueTask SendDescriptorAsync(int descriptor, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        // A socket has room for far more than a session's three: full it is only where the other side is stuck.
        while (!DescriptorPassing.TrySend(_socket.SafeHandle, descriptor)) await Task.Delay(10, deadline.Token).ConfigureAwait(false);
    }

    /// <summary>Receives a descriptor, which the caller owns; null when none came.</summary>
    public async ValueTask<DescriptorHandle?> ReceiveDescriptorAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            while (true)
            {
                // A look leaves the octet, and with it the descriptor, where they are.
                await _socket.ReceiveAsync(_one, SocketFlags.Peek, deadline.Token).ConfigureAwait(false);
                if (DescriptorPassing.TryReceive(_socket.SafeHandle, out DescriptorHandle? descriptor)) return descriptor;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Says that nothing more comes from here.</summary>
    public void EndWrites()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side is gone.
        }
    }

    /// <summary>Takes the socket for other use; this object must not be used any more.</summary>
    public SocketStream Release() => new(_socket);

    public void Dispose() => _socket.Dispose();

    private async ValueTask<bool> FillAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            for (int read = 0; read < buffer.Length;)
            {
                int count = await _socket.ReceiveAsync(buffer.AsMemory(read), SocketFlags.None, cancellationToken).ConfigureAwait(false);
                if (count == 0) return false;
                read += count;
            }

            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
        {
            return false; // it closed with something of ours unread
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Lost("read", e);
        }
    }

    private static TunnelException Lost(string what, Exception e) =>
        new(TunnelError.ConnectionLost, $"control socket: {what}: {(e is SocketException s ? s.SocketErrorCode.ToText() : "closed")}", null, e);
}

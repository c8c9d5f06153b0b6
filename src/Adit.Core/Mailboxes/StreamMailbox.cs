using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Adit.Core.Lifeline;
using Adit.Core.Streams;

namespace Adit.Core.Mailboxes;

/// <summary>Messages over a stream, each behind its length in 2 octets: so that a stream, which may break, can carry a lifeline, which does not.</summary>
/// <param name="stream">The stream; owned.</param>
/// <param name="name">For messages: where it leads.</param>
/// <param name="expectsIdentification">Whether the peer, an SSH server, says its identification first (RFC 4253 §4.2), which is read past.</param>
/// <param name="source">Who opened the stream; null where it is not known.</param>
public sealed class StreamMailbox(DuplexStream stream, string name, bool expectsIdentification = false, IPEndPoint? source = null) : IBufferedMailbox
{
    /// <summary>The longest message, in octets: what the length in front of it can say.</summary>
    public const int MaximumMessage = ushort.MaxValue;

    /// <summary>What streams can do: they deliver all, in order, or break.</summary>
    public static readonly LifelineProfile StreamProfile = new()
    {
        Name = "stream",
        IsReliable = true,
        AcknowledgeEvery = 8,
        AcknowledgementDelay = 20_000,
        MostInFlight = 8 * 1024 * 1024,
        MostPackets = 65_536,
    };

    private const int HeaderLength = 2;
    private const int LongestLine = 1024; // ours; an identification has 255 at most
    private const int MostLines = 32; // ours

    private const int Batch = 2; // ours: messages at most that leave, or come, by one call of the system

    private readonly byte[] _sending = new byte[Batch * (HeaderLength + MaximumMessage)];
    private readonly byte[] _received = new byte[Batch * (HeaderLength + MaximumMessage)];
    private int _held;
    private int _start;
    private int _end;
    private int _lines;
    private string _said = "";
    private bool _expectsIdentification = expectsIdentification;

    /// <inheritdoc/>
    public IPEndPoint? Source => source;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public LifelineProfile Profile => StreamProfile;

    /// <inheritdoc/>
    public int SendLimit => MaximumMessage;

    /// <inheritdoc/>
    public Memory<byte> Room => _sending.AsMemory(_held + HeaderLength, MaximumMessage);

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MaximumMessage, nameof(message));
        message.CopyTo(Room);
        return SendRoomAsync(message.Length, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask SendRoomAsync(int length, CancellationToken cancellationToken = default)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_sending.AsSpan(_held), (ushort)length);
        _held += HeaderLength + length;
        return _sending.Length - _held < HeaderLength + MaximumMessage ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        int length = _held;
        if (length == 0) return ValueTask.CompletedTask;
        _held = 0;
        return stream.WriteAsync(_sending.AsMemory(0, length), cancellationToken);
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<byte> message = await ReceiveInPlaceAsync(cancellationToken).ConfigureAwait(false);
        message.CopyTo(room);
        return message.Length;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReceiveInPlaceAsync(CancellationToken cancellationToken = default)
    {
        while (_expectsIdentification) await SkipLineAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (TryReceiveInPlace(out ReadOnlyMemory<byte> message)) return message;
            if (_start == _end) _start = _end = 0;
            if (_received.Length - _start < HeaderLength + MaximumMessage)
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }

            int count = await stream.ReadAsync(_received.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (count == 0) return default;
            _end += count;
        }
    }

    /// <inheritdoc/>
    public bool TryReceiveInPlace(out ReadOnlyMemory<byte> message)
    {
        message = default;
        while (!_expectsIdentification && _end - _start >= HeaderLength)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_start));
            if (_end - _start < HeaderLength + length) return false;
            _start += HeaderLength + length;
            if (length == 0) continue;
            message = _received.AsMemory(_start - length, length);
            return true;
        }

        return false;
    }

    /// <summary>Reads past one line; the last of them is the identification.</summary>
    private async ValueTask SkipLineAsync(CancellationToken cancellationToken)
    {
        int line = _received.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        if (line < 0)
        {
            if (_end - _start > LongestLine) throw new TunnelException(TunnelError.ProtocolViolation, $"{name}: expected an SSH server's identification, got a line of more than {LongestLine} octets");
            int count = await stream.ReadAsync(_received.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (count == 0) throw new TunnelException(TunnelError.ConnectionLost, $"{name}: expected an SSH server's identification, got {(_said.Length > 0 ? $"\"{_said}\" and " : "")}the end");
            _end += count;
            return;
        }

        bool isIdentification = _received.AsSpan(_start, line).StartsWith("SSH-"u8);
        if (!isIdentification) _said = Shown();
        if (!isIdentification && ++_lines > MostLines) throw new TunnelException(TunnelError.ProtocolViolation, $"{name}: expected an SSH server's identification, got \"{Shown()}\"");
        _start += line + 1;
        _expectsIdentification = !isIdentification;
    }

    private string Shown() => new([.. Encoding.ASCII.GetString(_received, _start, Math.Min(80, _end - _start)).TakeWhile(c => c is not ('\r' or '\n')).Select(c => char.IsControl(c) ? '?' : c)]);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();
}

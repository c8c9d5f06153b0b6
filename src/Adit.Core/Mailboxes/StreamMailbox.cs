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
public sealed class StreamMailbox(DuplexStream stream, string name, bool expectsIdentification = false, IPEndPoint? source = null) : IMailbox
{
    /// <summary>Ours: the longest message, in octets; four records of SSH's usual size.</summary>
    public const int MaximumMessage = 32 * 1024;

    /// <summary>What streams can do: they deliver all, in order, or break.</summary>
    public static readonly LifelineProfile StreamProfile = new()
    {
        Name = "stream",
        IsReliable = true,
        AcknowledgeEvery = 16,
        AcknowledgementDelay = 20_000,
        MostInFlight = 8 * 1024 * 1024,
        MostPackets = 65_536,
    };

    private const int HeaderLength = 2;
    private const int LongestLine = 1024; // ours; an identification has 255 at most
    private const int MostLines = 32; // ours

    private readonly byte[] _sending = new byte[HeaderLength + MaximumMessage];
    private readonly byte[] _received = new byte[4 * (HeaderLength + MaximumMessage)];
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
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MaximumMessage, nameof(message));
        BinaryPrimitives.WriteUInt16BigEndian(_sending, (ushort)message.Length);
        message.CopyTo(_sending.AsMemory(HeaderLength));
        await stream.WriteAsync(_sending.AsMemory(0, HeaderLength + message.Length), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
    {
        while (_expectsIdentification) await SkipLineAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            int length = _end - _start >= HeaderLength ? BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_start)) : -1;
            if (length > MaximumMessage) throw new TunnelException(TunnelError.ProtocolViolation, $"{name}: message: expected at most {MaximumMessage} octets, got {length}");
            if (length >= 0 && _end - _start >= HeaderLength + length)
            {
                _received.AsMemory(_start + HeaderLength, length).CopyTo(room);
                _start += HeaderLength + length;
                if (length > 0) return length;
                continue;
            }

            if (_start == _end) _start = _end = 0;
            if (_received.Length - _start < HeaderLength + MaximumMessage)
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }

            int count = await stream.ReadAsync(_received.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (count == 0) return 0;
            _end += count;
        }
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

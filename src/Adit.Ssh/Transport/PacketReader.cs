using Adit.Core;
using Adit.Platform.Compression;
using Adit.Ssh.Ciphers;

namespace Adit.Ssh.Transport;

/// <summary>
/// Opens packets in place in the buffer they were received into. Owned by the receive loop. A payload stays valid until the next call of
/// <see cref="TryNext"/>.
/// </summary>
internal sealed class PacketReader : IDisposable
{
    /// <summary>RFC 4253 §6.1: what every implementation must take; all that a stranger may send.</summary>
    public const int MaximumBeforeAuthentication = 35_000;

    /// <summary>OpenSSH's PACKET_MAX_SIZE.</summary>
    public const int Maximum = 256 * 1024;

    private PacketCipher _cipher = new PlainCipher();
    private byte[]? _buffer;
    private byte[]? _scratch;
    private int _start;
    private int _end;
    private uint _packetLength;

    /// <summary>Sequence number of the next packet.</summary>
    public uint Sequence { get; set; }

    /// <summary>Octets opened since the last change of keys.</summary>
    public long OctetsSinceKeys { get; private set; }

    /// <summary>Packets opened since the last change of keys.</summary>
    public uint PacketsSinceKeys { get; internal set; }

    /// <summary>The longest packet_length to take now.</summary>
    public int Limit { get; set; } = MaximumBeforeAuthentication;

    /// <summary>The decompression of payloads; null for none.</summary>
    public ZlibStreamCodec? Decompressor { get; set; }

    /// <summary>Whether payloads lie in pinned memory and stay there until octets are received again, and not only until the next packet.</summary>
    public bool PayloadsStay => Decompressor is null;

    /// <summary>Whether a buffer is held.</summary>
    public bool HoldsBuffer => _buffer is not null;

    /// <summary>Whether no octet of an unfinished packet is held.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Room for octets from the stream.</summary>
    public Memory<byte> Room
    {
        get
        {
            _buffer ??= PacketBuffers.Rent();
            if (_start == _end) _start = _end = 0;
            else if (_start > 0 && _buffer.Length - _end < PacketBuffers.Length / 4) Compact();
            return _buffer.AsMemory(_end);
        }
    }

    /// <summary>Octets received and not opened.</summary>
    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Takes note of octets that were received into <see cref="Room"/>.</summary>
    public void Received(int count) => _end += count;

    /// <summary>Skips octets that were no packet (the identification).</summary>
    public void Skip(int count) => _start += count;

    /// <summary>Opens the next packet, if it is whole.</summary>
    /// <exception cref="TunnelException">Its length, padding, mac or compression is wrong.</exception>
    public bool TryNext(out ReadOnlySpan<byte> payload)
    {
        payload = default;
        int available = _end - _start;
        if (_packetLength == 0)
        {
            if (available < _cipher.LengthPrefix) return false;
            _packetLength = _cipher.OpenLength(Sequence, _buffer.AsSpan(_start, _cipher.LengthPrefix));
            uint aligned = _cipher.LengthIsApart ? _packetLength : _packetLength + 4;
            if (_packetLength < 5 || _packetLength > (uint)Limit || aligned % (uint)_cipher.BlockLength != 0)
            {
                throw new TunnelException(TunnelError.ProtocolViolation, $"Bad packet length {_packetLength}.");
            }
        }

        int whole = 4 + (int)_packetLength;
        if (available < whole + _cipher.MacLength) return false;
        Span<byte> packet = _buffer.AsSpan(_start, whole);
        if (!_cipher.TryOpen(Sequence, packet, _buffer.AsSpan(_start + whole, _cipher.MacLength)))
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "Corrupted MAC on input.");
        }

        int padding = packet[4];
        int length = whole - 5 - padding;
        if (padding < 4 || length < 1) throw new TunnelException(TunnelError.ProtocolViolation, $"Corrupted padlen {padding} on input.");
        payload = packet.Slice(5, length);
        Sequence++;
        if (++PacketsSinceKeys == 0) throw new TunnelException(TunnelError.ProtocolViolation, "ssh: packets: expected new keys before 2^32 packets (RFC 4344 §3.1), got none");
        OctetsSinceKeys += whole + _cipher.MacLength;
        _start += whole + _cipher.MacLength;
        _packetLength = 0;
        if (Decompressor is not null) payload = Decompress(payload);
        return true;
    }

    /// <summary>Puts new keys to use from the next packet on.</summary>
    public void ChangeCipher(PacketCipher cipher)
    {
        _cipher.Dispose();
        _cipher = cipher;
        OctetsSinceKeys = 0;
        PacketsSinceKeys = 0;
    }

    /// <summary>Gives the buffer back while nothing is held.</summary>
    public void Release()
    {
        if (_buffer is null || !IsEmpty) return;
        PacketBuffers.Return(_buffer);
        _buffer = null;
        _start = _end = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _start = _end;
        Release();
        _cipher.Dispose();
        Decompressor?.Dispose();
    }

    private void Compact()
    {
        Buffer.BlockCopy(_buffer!, _start, _buffer!, 0, _end - _start);
        _end -= _start;
        _start = 0;
    }

    private ReadOnlySpan<byte> Decompress(ReadOnlySpan<byte> payload)
    {
        _scratch ??= new byte[Maximum];
        if (!Decompressor!.TryTransform(payload, _scratch, out int written) || written == 0)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "zlib: expected a payload of at most 256 KiB, got invalid or longer data");
        }

        return _scratch.AsSpan(0, written);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Adit.Core;
using Adit.Platform.Compression;
using Adit.Ssh.Ciphers;

namespace Adit.Ssh.Transport;

/// <summary>
/// Builds and seals packets in place, one after another in one buffer, for a single write. Owned by the send loop. The payload is put where it
/// belongs by whoever makes it (<see cref="Payload"/>), then <see cref="Seal"/> frames and encrypts it there.
/// </summary>
internal sealed class PacketWriter : IDisposable
{
    /// <summary>uint32 packet_length, byte padding_length.</summary>
    private const int HeaderLength = 5;

    /// <summary>RFC 4253 §6: at least four octets of padding.</summary>
    private const int MinimumPadding = 4;

    /// <summary>Padding to the next block, block of 16, and the longest mac.</summary>
    private const int TrailerLength = MinimumPadding + 16 + 64;

    private readonly byte[] _padding = new byte[4096];
    private int _paddingUsed = 4096;
    private byte[]? _buffer;
    private byte[]? _scratch;
    private int _end;
    private PacketCipher _cipher = new PlainCipher();

    /// <summary>Sequence number of the next packet (RFC 4253 §6.4).</summary>
    public uint Sequence { get; set; }

    /// <summary>Packets sealed since the last change of keys.</summary>
    public uint PacketsSinceKeys { get; internal set; }

    /// <summary>Octets sealed since the last change of keys.</summary>
    public long OctetsSinceKeys { get; private set; }

    /// <summary>The compression of payloads; null for none.</summary>
    public ZlibStreamCodec? Compressor { get; set; }

    /// <summary>Whether a buffer is held.</summary>
    public bool HoldsBuffer => _buffer is not null;

    /// <summary>What is sealed and not yet written.</summary>
    public ReadOnlyMemory<byte> Sealed => _buffer.AsMemory(0, _end);

    /// <summary>Octets with one set of keys after which only key exchange messages may follow; one packet always may.</summary>
    public long RekeyAt { get; set; } = long.MaxValue;

    /// <summary>Whether new keys are due.</summary>
    public bool IsDue => OctetsSinceKeys >= RekeyAt;

    /// <summary>Room for the payload of the next packet; none while new keys are due.</summary>
    public int Room => IsDue ? 0 : Space;

    /// <summary>Room for the payload of the next packet of a key exchange.</summary>
    public int Space => PacketBuffers.Length - _end - HeaderLength - TrailerLength - (Compressor is null ? 0 : 1024);

    /// <summary>The place of the next packet's payload, <see cref="Space"/> octets.</summary>
    public Span<byte> Payload => (_buffer ??= PacketBuffers.Rent()).AsSpan(_end + HeaderLength, Space);

    /// <summary>Frames and seals the payload that stands in <see cref="Payload"/>.</summary>
    public void Seal(int payloadLength)
    {
        if (Compressor is not null) payloadLength = Compress(payloadLength);
        int block = _cipher.BlockLength;
        int unpadded = (_cipher.LengthIsApart ? 1 : HeaderLength) + payloadLength;
        int padding = block - (unpadded % block);
        if (padding < MinimumPadding) padding += block;
        int packetLength = 1 + payloadLength + padding;
        Span<byte> packet = _buffer.AsSpan(_end, 4 + packetLength + _cipher.MacLength);
        BinaryPrimitives.WriteUInt32BigEndian(packet, (uint)packetLength);
        packet[4] = (byte)padding;
        FillPadding(packet.Slice(HeaderLength + payloadLength, padding));
        _cipher.Seal(Sequence, packet[..(4 + packetLength)], packet[(4 + packetLength)..]);
        Sequence++;
        if (++PacketsSinceKeys == 0) throw new TunnelException(TunnelError.ProtocolViolation, "ssh: packets: expected new keys before 2^32 packets (RFC 4344 §3.1), got none");
        OctetsSinceKeys += packet.Length;
        _end += packet.Length;
    }

    /// <summary>Puts new keys to use from the next packet on.</summary>
    public void ChangeCipher(PacketCipher cipher)
    {
        _cipher.Dispose();
        _cipher = cipher;
        PacketsSinceKeys = 0;
        OctetsSinceKeys = 0;
    }

    /// <summary>Forgets what was written, keeping the buffer.</summary>
    public void Clear() => _end = 0;

    /// <summary>Gives the buffer back while nothing is to send.</summary>
    public void Release()
    {
        if (_buffer is null || _end != 0) return;
        PacketBuffers.Return(_buffer);
        _buffer = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end = 0;
        Release();
        _cipher.Dispose();
        Compressor?.Dispose();
    }

    private int Compress(int payloadLength)
    {
        _scratch ??= new byte[PacketBuffers.Length];
        Span<byte> payload = _buffer.AsSpan(_end + HeaderLength);
        if (!Compressor!.TryTransform(payload[..payloadLength], _scratch, out int written) || written > payload.Length - TrailerLength)
        {
            throw new TunnelException(TunnelError.Unknown, "zlib: compress: failed");
        }

        _scratch.AsSpan(0, written).CopyTo(payload);
        return written;
    }

    private void FillPadding(Span<byte> padding)
    {
        if (_paddingUsed + padding.Length > _padding.Length)
        {
            RandomNumberGenerator.Fill(_padding);
            _paddingUsed = 0;
        }

        _padding.AsSpan(_paddingUsed, padding.Length).CopyTo(padding);
        _paddingUsed += padding.Length;
    }
}

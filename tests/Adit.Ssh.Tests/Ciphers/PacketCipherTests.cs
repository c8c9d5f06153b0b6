using System.Buffers.Binary;
using System.Security.Cryptography;
using Adit.Core;
using Adit.Ssh.Ciphers;
using Adit.Ssh.Transport;

namespace Adit.Ssh.Tests.Ciphers;

/// <summary>Packets sealed and opened by every cipher with every mac.</summary>
public sealed class PacketCipherTests
{
    public static TheoryData<string, string> Suites()
    {
        var suites = new TheoryData<string, string> { { "", "" } };
        foreach (CipherAlgorithm cipher in CipherAlgorithm.All)
        {
            if (cipher.IsAead) suites.Add(cipher.Name, "");
            else foreach (MacAlgorithm mac in MacAlgorithm.All) suites.Add(cipher.Name, mac.Name);
        }

        return suites;
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void EveryLength_OpensToWhatWasSealed(string cipher, string mac)
    {
        using PacketWriter writer = Writer(cipher, mac);
        using PacketReader reader = Reader(cipher, mac);
        int[] lengths = [.. Enumerable.Range(1, 300), 32 * 1024, 1];
        foreach (int length in lengths)
        {
            byte[] payload = Payload(length);
            payload.CopyTo(writer.Payload);
            writer.Seal(length);
            // In two pieces, so that the length is told once and the rest comes later.
            ReadOnlySpan<byte> octets = writer.Sealed.Span;
            int first = length % octets.Length;
            Feed(reader, octets[..first]);
            Assert.False(reader.TryNext(out _));
            Feed(reader, octets[first..]);
            Assert.True(reader.TryNext(out ReadOnlySpan<byte> opened));
            Assert.True(payload.AsSpan().SequenceEqual(opened), $"length {length}");
            writer.Clear();
        }

        Assert.True(reader.IsEmpty);
        Assert.Equal((302u, 302u), (writer.Sequence, reader.Sequence));
        Assert.Equal(writer.OctetsSinceKeys, reader.OctetsSinceKeys);
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void AnyFlippedBit_IsRefused(string cipher, string mac)
    {
        if (cipher.Length == 0) return;
        byte[] payload = Payload(20);
        int bits;
        using (PacketWriter writer = Writer(cipher, mac))
        {
            payload.CopyTo(writer.Payload);
            writer.Seal(payload.Length);
            bits = writer.Sealed.Length * 8;
        }

        for (int bit = 0; bit < bits; bit++)
        {
            using PacketWriter writer = Writer(cipher, mac);
            using PacketReader reader = Reader(cipher, mac);
            payload.CopyTo(writer.Payload);
            writer.Seal(payload.Length);
            byte[] octets = writer.Sealed.ToArray();
            octets[bit / 8] ^= (byte)(1 << (bit % 8));
            Feed(reader, octets);
            // Enough for a length that grew.
            Feed(reader, new byte[40_000]);
            bool opened;
            try
            {
                opened = reader.TryNext(out _);
            }
            catch (TunnelException e)
            {
                Assert.Equal(TunnelError.ProtocolViolation, e.Error);
                continue;
            }

            Assert.False(opened, $"bit {bit}");
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void AnotherSequenceNumber_IsRefused_WhereItIsAuthenticated(string cipher, string mac)
    {
        // GCM counts in its IV instead (RFC 5647 §7.1).
        if (cipher.Length == 0 || cipher.Contains("gcm", StringComparison.Ordinal)) return;
        using PacketWriter writer = Writer(cipher, mac);
        using PacketReader reader = Reader(cipher, mac);
        writer.Sequence = 1;
        writer.Payload[..20].Fill(1);
        writer.Seal(20);
        Feed(reader, writer.Sealed.Span);
        Feed(reader, new byte[40_000]);
        Assert.Throws<TunnelException>(() => reader.TryNext(out _));
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void ManyPacketsInOneBatch_Open(string cipher, string mac)
    {
        using PacketWriter writer = Writer(cipher, mac);
        using PacketReader reader = Reader(cipher, mac);
        reader.Limit = PacketReader.Maximum;
        for (int i = 1; i <= 8; i++)
        {
            writer.Payload[..32_768].Fill((byte)i);
            writer.Seal(32_768);
        }

        ReadOnlySpan<byte> octets = writer.Sealed.Span;
        int opened = 0;
        while (!octets.IsEmpty)
        {
            int count = Math.Min(octets.Length, 50_000);
            Feed(reader, octets[..count]);
            octets = octets[count..];
            while (reader.TryNext(out ReadOnlySpan<byte> payload))
            {
                opened++;
                Assert.True(payload.Length == 32_768 && !payload.ContainsAnyExcept((byte)opened));
            }
        }

        Assert.Equal(8, opened);
        reader.Release();
        writer.Clear();
        writer.Release();
        Assert.False(reader.HoldsBuffer || writer.HoldsBuffer);
    }

    [Theory]
    [InlineData("aes128-gcm@openssh.com", 16)]
    [InlineData("aes256-gcm@openssh.com", 32)]
    public void Gcm_IsWhatTheFrameworkComputes(string name, int keyLength)
    {
        // RFC 5647 §7.3: the length is associated data, the invocation counter is the IV's last 8 octets. Here it carries over 2^32.
        byte[] key = Payload(keyLength), iv = Convert.FromHexString("0102030400000000ffffffff");
        using PacketCipher cipher = CipherAlgorithm.Find(name)!.Create(key, iv, null, default, encrypt: true);
        using var oracle = new AesGcm(key, 16);
        foreach (string counter in (string[])["00000000ffffffff", "0000000100000000", "0000000100000001"])
        {
            byte[] packet = new byte[4 + 48], mac = new byte[16], expected = new byte[48], tag = new byte[16];
            BinaryPrimitives.WriteUInt32BigEndian(packet, 48);
            Payload(48).CopyTo(packet, 4);
            oracle.Encrypt(Convert.FromHexString("01020304" + counter), packet.AsSpan(4), expected, tag, packet.AsSpan(0, 4));
            cipher.Seal(7, packet, mac);
            Assert.Equal(expected, packet[4..]);
            Assert.Equal(tag, mac);
        }
    }

    [Theory]
    [InlineData("aes128-ctr", 16, "hmac-sha2-256", false)]
    [InlineData("aes192-ctr", 24, "hmac-sha2-512", false)]
    [InlineData("aes256-ctr", 32, "hmac-sha2-256-etm@openssh.com", true)]
    [InlineData("aes256-ctr", 32, "hmac-sha2-512-etm@openssh.com", true)]
    public void Ctr_IsWhatTheFrameworkComputes(string name, int keyLength, string macName, bool encryptThenMac)
    {
        byte[] key = Payload(keyLength), iv = Convert.FromHexString("fffffffffffffffffffffffffffffffe"), macKey = Payload(64);
        MacAlgorithm mac = MacAlgorithm.Find(macName)!;
        using PacketCipher cipher = CipherAlgorithm.Find(name)!.Create(key, iv, mac, macKey, encrypt: true);
        using Aes oracle = Aes.Create();
        oracle.Key = key;
        byte[] counter = iv;
        for (uint sequence = 5; sequence < 8; sequence++)
        {
            byte[] plain = new byte[encryptThenMac ? 4 + 48 : 48], packet, tag = new byte[mac.Length];
            BinaryPrimitives.WriteUInt32BigEndian(plain, (uint)plain.Length - 4);
            Payload(plain.Length - 4).CopyTo(plain, 4);
            packet = [.. plain];
            cipher.Seal(sequence, packet, tag);
            // RFC 4344 §4: the counter block is a big-endian number, increased for each block; RFC 4253 §6.4: mac(key, sequence ‖ packet).
            byte[] expected = [.. plain];
            for (int at = encryptThenMac ? 4 : 0; at < plain.Length; at += 16)
            {
                byte[] stream = oracle.EncryptEcb(counter, PaddingMode.None);
                for (int i = 0; i < 16; i++) expected[at + i] ^= stream[i];
                for (int i = 15; i >= 0 && ++counter[i] == 0; i--)
                {
                }
            }

            byte[] numbered = [0, 0, 0, (byte)sequence, .. encryptThenMac ? expected : plain];
            byte[] expectedTag = mac.Length == 32 ? HMACSHA256.HashData(macKey.AsSpan(0, 32), numbered) : HMACSHA512.HashData(macKey.AsSpan(0, 64), numbered);
            Assert.Equal(expected, packet);
            Assert.Equal(expectedTag, tag);
        }
    }

    [Fact]
    public void ChaChaPoly_IsTheConstructionOfItsText()
    {
        // PROTOCOL.chacha20poly1305, with ChaCha20 written out from RFC 8439 §2.3 and the original 64-bit nonce and counter.
        byte[] key = Payload(64);
        using PacketCipher cipher = CipherAlgorithm.Find("chacha20-poly1305@openssh.com")!.Create(key, default, null, default, encrypt: true);
        foreach (uint sequence in (uint[])[0, 1, 0x01020304, uint.MaxValue])
        {
            byte[] packet = new byte[4 + 200], mac = new byte[16], expected, tag = new byte[16];
            BinaryPrimitives.WriteUInt32BigEndian(packet, 200);
            Payload(200).CopyTo(packet, 4);
            expected = [.. packet];
            byte[] header = ChaChaBlock(key.AsSpan(32), sequence, 0);
            for (int i = 0; i < 4; i++) expected[i] ^= header[i];
            for (int i = 0; i < 200; i++) expected[4 + i] ^= ChaChaBlock(key.AsSpan(0, 32), sequence, 1 + (i / 64))[i % 64];
            using (var poly = new Adit.Platform.Crypto.Poly1305()) poly.Compute(ChaChaBlock(key.AsSpan(0, 32), sequence, 0).AsSpan(0, 32), expected, tag);
            cipher.Seal(sequence, packet, mac);
            Assert.Equal(expected, packet);
            Assert.Equal(tag, mac);
        }
    }

    [Fact]
    public void ChaChaOracle_IsTheVectorOfRfc8439()
    {
        // RFC 8439 §2.3.2 has a 96-bit nonce; its first word is this form's upper half of the counter.
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        uint[] state = ChaChaState(key, 1, 0x09000000, 0x4a000000, 0);
        Assert.Equal("10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e", Convert.ToHexStringLower(ChaChaCore(state)));
    }

    private static byte[] ChaChaBlock(ReadOnlySpan<byte> key, uint sequence, int block) =>
        ChaChaCore(ChaChaState(key, (uint)block, 0, 0, BinaryPrimitives.ReverseEndianness(sequence)));

    private static uint[] ChaChaState(ReadOnlySpan<byte> key, uint counter, uint a, uint b, uint c)
    {
        uint[] state = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 0, 0, 0, 0, 0, 0, 0, 0, counter, a, b, c];
        for (int i = 0; i < 8; i++) state[4 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(4 * i)..]);
        return state;
    }

    private static byte[] ChaChaCore(uint[] state)
    {
        uint[] x = [.. state];
        for (int round = 0; round < 10; round++)
        {
            Quarter(0, 4, 8, 12);
            Quarter(1, 5, 9, 13);
            Quarter(2, 6, 10, 14);
            Quarter(3, 7, 11, 15);
            Quarter(0, 5, 10, 15);
            Quarter(1, 6, 11, 12);
            Quarter(2, 7, 8, 13);
            Quarter(3, 4, 9, 14);
        }

        byte[] result = new byte[64];
        for (int i = 0; i < 16; i++) BinaryPrimitives.WriteUInt32LittleEndian(result.AsSpan(4 * i), x[i] + state[i]);
        return result;

        void Quarter(int a, int b, int c, int d)
        {
            x[d] = uint.RotateLeft(x[d] ^ (x[a] += x[b]), 16);
            x[b] = uint.RotateLeft(x[b] ^ (x[c] += x[d]), 12);
            x[d] = uint.RotateLeft(x[d] ^ (x[a] += x[b]), 8);
            x[b] = uint.RotateLeft(x[b] ^ (x[c] += x[d]), 7);
        }
    }

    private static PacketWriter Writer(string cipher, string mac)
    {
        var writer = new PacketWriter();
        if (cipher.Length > 0) writer.ChangeCipher(Make(cipher, mac, true));
        return writer;
    }

    private static PacketReader Reader(string cipher, string mac)
    {
        var reader = new PacketReader();
        if (cipher.Length > 0) reader.ChangeCipher(Make(cipher, mac, false));
        return reader;
    }

    private static PacketCipher Make(string cipher, string mac, bool encrypt) =>
        CipherAlgorithm.Find(cipher)!.Create(Payload(64), Payload(16), MacAlgorithm.Find(mac), Payload(64), encrypt);

    private static void Feed(PacketReader reader, ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(reader.Room.Span);
        reader.Received(octets.Length);
    }

    private static byte[] Payload(int length)
    {
        byte[] payload = new byte[length];
        new Random(length).NextBytes(payload);
        return payload;
    }
}

using System.Security.Cryptography;
using System.Text;
using Adit.Platform.Crypto.PostQuantum;

namespace Adit.Platform.Tests.Crypto.PostQuantum;

/// <summary>Known answer: the first of NIST's, of which PQClean's META.yml for sntrup761 publishes the SHA-256 of the text.</summary>
public sealed class Sntrup761Tests
{
    [Fact]
    public void KnownAnswer_Matches()
    {
        byte[] entropy = new byte[48], seed = new byte[48], ciphertext = new byte[Sntrup761.CiphertextLength], secret = new byte[32];
        for (int i = 0; i < entropy.Length; i++) entropy[i] = (byte)i;
        new NistGenerator(entropy).Fill(seed);
        NistGenerator generator = new(seed);
        using Sntrup761 key = Sntrup761.Generate(generator.Fill);
        Assert.True(Sntrup761.TryEncapsulate(key.PublicKey.Span, generator.Fill, ciphertext, secret));
        string text = $"count = 0\nseed = {Hex(seed)}\npk = {Hex(key.PublicKey.Span)}\nsk = {Hex(key.EncodePrivateKey())}\nct = {Hex(ciphertext)}\nss = {Hex(secret)}\n";
        Assert.Equal("afc42c3a5b10f4ef69654250097ebda9b9564570f4086744b24a6daf2bd1f89a", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text))));

        byte[] opened = new byte[32];
        Assert.True(key.TryDecapsulate(ciphertext, opened));
        Assert.Equal(secret, opened);
    }

    [Fact]
    public void TwoSides_AgreeOnOneSecret()
    {
        byte[] ciphertext = new byte[Sntrup761.CiphertextLength], secret = new byte[32], opened = new byte[32];
        for (int i = 0; i < 50; i++)
        {
            using Sntrup761 key = Sntrup761.Generate();
            Assert.True(Sntrup761.TryEncapsulate(key.PublicKey.Span, ciphertext, secret));
            Assert.True(key.TryDecapsulate(ciphertext, opened));
            Assert.Equal(secret, opened);
        }
    }

    [Fact]
    public void ChangedCiphertext_GivesAnotherSecret_TheSameEachTime()
    {
        using Sntrup761 key = Sntrup761.Generate();
        byte[] ciphertext = new byte[Sntrup761.CiphertextLength], secret = new byte[32], first = new byte[32], second = new byte[32];
        Assert.True(Sntrup761.TryEncapsulate(key.PublicKey.Span, ciphertext, secret));
        foreach (int at in new[] { 0, 500, 1006, 1007, 1038 })
        {
            byte[] changed = [.. ciphertext];
            changed[at] ^= 0x10;
            Assert.True(key.TryDecapsulate(changed, first));
            Assert.True(key.TryDecapsulate(changed, second));
            Assert.NotEqual(secret, first);
            Assert.Equal(first, second);
        }
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void AnyKeyAndCiphertextOfTheRightLength_IsTaken(byte octet)
    {
        byte[] hostileKey = new byte[Sntrup761.PublicKeyLength], ciphertext = new byte[Sntrup761.CiphertextLength], secret = new byte[32];
        hostileKey.AsSpan().Fill(octet);
        Assert.True(Sntrup761.TryEncapsulate(hostileKey, ciphertext, secret));
        using Sntrup761 key = Sntrup761.Generate();
        ciphertext.AsSpan().Fill(octet);
        Assert.True(key.TryDecapsulate(ciphertext, secret));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1157)]
    [InlineData(1159)]
    public void KeyOfAnotherLength_IsRefused(int length) =>
        Assert.False(Sntrup761.TryEncapsulate(new byte[length], new byte[Sntrup761.CiphertextLength], new byte[32]));

    [Theory]
    [InlineData(0)]
    [InlineData(1038)]
    [InlineData(1040)]
    public void CiphertextOfAnotherLength_IsRefused(int length)
    {
        using Sntrup761 key = Sntrup761.Generate();
        Assert.False(key.TryDecapsulate(new byte[length], new byte[32]));
    }

    [Fact]
    public void Freezing_IsRightOverItsRange()
    {
        for (int x = -(1 << 24); x <= 1 << 24; x += 7)
        {
            int r = NtruPrimeField.Freeze(x);
            Assert.True(r is >= -2295 and <= 2295 && (x - r) % 4591 == 0, $"{x} → {r}");
        }

        for (int x = -(1 << 13); x <= 1 << 13; x++)
        {
            int r = NtruPrimeSmall.Freeze(x);
            Assert.True(r is >= -1 and <= 1 && (x - r) % 3 == 0, $"{x} → {r}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(761)]
    public void Sorting_IsRightForAnyCount(int count)
    {
        Random random = new(count);
        for (int round = 0; round < 20; round++)
        {
            uint[] values = new uint[count];
            for (int i = 0; i < count; i++) values[i] = round % 2 == 0 ? (uint)random.NextInt64(uint.MaxValue + 1L) : (uint)random.Next(3) * uint.MaxValue / 2;
            uint[] expected = [.. values];
            Array.Sort(expected);
            ConstantTimeSort.Sort(values);
            Assert.Equal(expected, values);
        }
    }

    private static string Hex(ReadOnlySpan<byte> octets) => Convert.ToHexString(octets);
}

using System.Numerics;
using Adit.Platform.Crypto;

namespace Adit.Platform.Tests.Crypto;

public sealed class FiniteFieldDiffieHellmanTests
{
    [Theory]
    [InlineData(DiffieHellmanGroup.Group14, 2048, 124476)]
    [InlineData(DiffieHellmanGroup.Group16, 4096, 240904)]
    [InlineData(DiffieHellmanGroup.Group18, 8192, 4743158)]
    public void Group_HasThePrimeOfRfc3526_AndBothSidesAgree(DiffieHellmanGroup group, int bits, int offset)
    {
        using FiniteFieldDiffieHellman a = new(group), b = new(group);

        // RFC 3526 §3, §5, §7: p = 2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + offset); the top and bottom 64 bits are ones.
        BigInteger p = Number(a.Prime.Span);
        Assert.Equal(bits, (int)p.GetBitLength());
        BigInteger pi = ((p - BigInteger.Pow(2, bits) + BigInteger.Pow(2, bits - 64) + 1) >> 64) - offset;
        Assert.Equal("3.14159265358979", ((double)(pi >> (bits - 190)) / Math.Pow(2, 60)).ToString("F14"));
        Assert.True(a.TryAgree(b.PublicValue.Span, out byte[] ab));
        Assert.True(b.TryAgree(a.PublicValue.Span, out byte[] ba));
        Assert.Equal(ab, ba);
        Assert.Equal(bits / 8, ab.Length);
    }

    [Fact]
    public void PeerValueOutsideTheGroup_IsRefused()
    {
        using FiniteFieldDiffieHellman own = new(DiffieHellmanGroup.Group14);
        BigInteger p = Number(own.Prime.Span);
        foreach (BigInteger bad in new[] { 0, 1, p - 1, p, p + 1, p * 2 })
        {
            Assert.False(own.TryAgree(bad.ToByteArray(isUnsigned: true, isBigEndian: true), out byte[] secret));
            Assert.Empty(secret);
        }

        Assert.False(own.TryAgree([], out _));
        Assert.True(own.TryAgree((p - 2).ToByteArray(isUnsigned: true, isBigEndian: true), out _));
        Assert.True(own.TryAgree([0, 0, 2], out byte[] same));
        Assert.Equal(own.PublicValue.ToArray(), same);
    }

    private static BigInteger Number(ReadOnlySpan<byte> octets) => new(octets, isUnsigned: true, isBigEndian: true);
}

using Adit.Platform.Crypto;

namespace Adit.Platform.Tests.Crypto;

/// <summary>Vectors: RFC 7748 §5.2; points of small order: RFC 7748 §6.1 and its u = 0, 1.</summary>
public sealed class X25519Tests
{
    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4", "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d", "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void Vectors_Agree(string privateKey, string peer, string secret)
    {
        byte[] result = new byte[32];
        Assert.True(X25519.TryAgree(Convert.FromHexString(privateKey), Convert.FromHexString(peer), result));
        Assert.Equal(secret, Convert.ToHexStringLower(result));
    }

    [Fact]
    public void BasePoint_OfIterationOne_IsTheVector()
    {
        // RFC 7748 §5.2: k = u = 0900…00, after one iteration.
        byte[] k = new byte[32], result = new byte[32];
        k[0] = 9;
        Assert.True(X25519.TryAgree(k, k, result));
        Assert.Equal("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", Convert.ToHexStringLower(result));
        Assert.Equal(result, X25519.GetPublicKey(k));
    }

    [Fact]
    public void TwoSides_AgreeOnOneSecret()
    {
        byte[] a = X25519.GeneratePrivateKey(), b = X25519.GeneratePrivateKey(), ab = new byte[32], ba = new byte[32];
        Assert.True(X25519.TryAgree(a, X25519.GetPublicKey(b), ab));
        Assert.True(X25519.TryAgree(b, X25519.GetPublicKey(a), ba));
        Assert.Equal(ab, ba);
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 32)]
    [InlineData(9, 31)]
    [InlineData(9, 33)]
    [InlineData(9, 0)]
    public void SmallOrderOrWrongLength_IsRefused(byte first, int length)
    {
        byte[] peer = new byte[length], secret = new byte[32];
        if (length > 0) peer[0] = first;
        Assert.False(X25519.TryAgree(X25519.GeneratePrivateKey(), peer, secret));
        Assert.Equal(new byte[32], secret);
    }
}

using System.Security.Cryptography;
using Adit.Platform.Crypto.PostQuantum;

namespace Adit.Platform.Tests.Crypto.PostQuantum;

/// <summary>
/// Accumulated vectors: the method of C2SP's CCTV, with the sums that the tests of Go's crypto/mlkem hold for the final FIPS 203. They cover
/// key generation, encapsulation, decapsulation and implicit rejection.
/// </summary>
public sealed class MlKem768Tests
{
    private const int Step = MlKem768.SeedLength + 32 + MlKem768.CiphertextLength;

    [Theory]
    [InlineData(100, "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415")]
    [InlineData(10_000, "8a518cc63da366322a8e7a818c7a0d63483cb3528d34a4cf42f35d5ad73f22fc")]
    public void AccumulatedVectors_Match(int count, string expected)
    {
        byte[] random = Shake128.HashData([], count * Step);
        using Shake128 sum = new();
        byte[] ciphertext = new byte[MlKem768.CiphertextLength], secret = new byte[32], opened = new byte[32];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> input = random.AsSpan(i * Step, Step);
            using MlKem768 key = new(input[..64]);
            sum.AppendData(key.EncapsulationKey.Span);
            Assert.True(MlKem768.TryEncapsulate(key.EncapsulationKey.Span, input.Slice(64, 32), ciphertext, secret));
            sum.AppendData(ciphertext);
            sum.AppendData(secret);
            Assert.True(key.TryDecapsulate(ciphertext, opened));
            Assert.Equal(secret, opened);
            Assert.True(key.TryDecapsulate(input[96..], opened));
            sum.AppendData(opened);
        }

        Assert.Equal(expected, Convert.ToHexStringLower(sum.GetCurrentHash(32)));
    }

    [Fact]
    public void ChangedCiphertext_GivesAnotherSecret_TheSameEachTime()
    {
        using MlKem768 key = MlKem768.Generate();
        byte[] ciphertext = new byte[MlKem768.CiphertextLength], secret = new byte[32], first = new byte[32], second = new byte[32];
        Assert.True(MlKem768.TryEncapsulate(key.EncapsulationKey.Span, ciphertext, secret));
        foreach (int at in new[] { 0, 500, 959, 960, 1087 })
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
    [InlineData(0)]
    [InlineData(1183)]
    [InlineData(1185)]
    public void KeyOfAnotherLength_IsRefused(int length) =>
        Assert.False(MlKem768.TryEncapsulate(new byte[length], new byte[MlKem768.CiphertextLength], new byte[32]));

    [Theory]
    [InlineData(0)]
    [InlineData(1087)]
    [InlineData(1089)]
    public void CiphertextOfAnotherLength_IsRefused(int length)
    {
        using MlKem768 key = MlKem768.Generate();
        Assert.False(key.TryDecapsulate(new byte[length], new byte[32]));
    }

    [Theory]
    [InlineData(0, 3329)]
    [InlineData(1, 3329)]
    [InlineData(767, 4095)]
    [InlineData(400, 3328)]
    public void CoefficientAtOrAboveTheModulus_IsRefused(int index, int value)
    {
        // FIPS 203 §7.2: twelve bits a coefficient, little-endian.
        using MlKem768 key = MlKem768.Generate();
        byte[] encoded = key.EncapsulationKey.ToArray();
        int at = index / 2 * 3;
        int both = encoded[at] | (encoded[at + 1] << 8) | (encoded[at + 2] << 16);
        both = index % 2 == 0 ? (both & 0xFFF000) | value : (both & 0xFFF) | (value << 12);
        (encoded[at], encoded[at + 1], encoded[at + 2]) = ((byte)both, (byte)(both >> 8), (byte)(both >> 16));
        Assert.Equal(value < 3329, MlKem768.TryEncapsulate(encoded, new byte[MlKem768.CiphertextLength], new byte[32]));
    }

    [Fact]
    public void UniformSampling_DoesNotDependOnHowMuchIsTakenAtOnce()
    {
        byte[] seed = new byte[34];
        ushort[] whole = new ushort[256], pieces = new ushort[256];
        for (byte i = 0; i < 20; i++)
        {
            seed[0] = i;
            MlKemPolynomial.SampleUniform(seed, whole);
            MlKemPolynomial.SampleUniform(seed, pieces, 30);
            Assert.Equal(whole, pieces);
        }
    }

    [Fact]
    public void Reduction_IsRightAtItsEdges()
    {
        foreach (uint x in new uint[] { 0, 1, 3328, 3329, 3330, 6657, 6658, 3328 * 3328, 6 * 3328 * 3328, uint.MaxValue, uint.MaxValue - 3329 })
            Assert.Equal(x % 3329, MlKemPolynomial.Reduce(x));
    }

    [Fact]
    public void FrameworkAndOwn_OpenOneAnother()
    {
        if (!MLKem.IsSupported) Assert.Skip("the framework's ML-KEM needs OpenSSL 3.5");
        byte[] seed = RandomNumberGenerator.GetBytes(MlKem768.SeedLength);
        using MlKem768 own = new(seed);
        using MLKem framework = MLKem.ImportPrivateSeed(MLKemAlgorithm.MLKem768, seed);
        Assert.Equal(framework.ExportEncapsulationKey(), own.EncapsulationKey.ToArray());
        byte[] ciphertext = new byte[MlKem768.CiphertextLength], secret = new byte[32], opened = new byte[32];
        Assert.True(MlKem768.TryEncapsulate(framework.ExportEncapsulationKey(), ciphertext, secret));
        Assert.Equal(secret, framework.Decapsulate(ciphertext));
        framework.Encapsulate(ciphertext, secret);
        Assert.True(own.TryDecapsulate(ciphertext, opened));
        Assert.Equal(secret, opened);
    }
}

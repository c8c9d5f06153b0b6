using System.Security.Cryptography;
using Adit.Platform.Crypto;

namespace Adit.Platform.Tests.Crypto;

/// <summary>Vectors: NIST SP 800-38A F.5, the GCM specification's test cases 3 and 4 (McGrew, Viega), RFC 8439 A.1, RFC 7253 Appendix A.</summary>
public sealed class CipherContextTests
{
    private const string Blocks = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

    [Theory]
    [InlineData("AES-128-CTR", "2b7e151628aed2a6abf7158809cf4f3c", "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData("AES-192-CTR", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e941e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050")]
    [InlineData("AES-256-CTR", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    public void Ctr_IsTheVector_AndGoesOnOverCalls(string algorithm, string key, string expected)
    {
        byte[] data = Convert.FromHexString(Blocks);
        using var context = new CipherContext(algorithm, Convert.FromHexString(key), Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), encrypt: true);
        context.Transform(data.AsSpan(0, 16));
        context.Transform(data.AsSpan(16, 5));
        context.Transform(data.AsSpan(21));
        Assert.Equal(expected, Convert.ToHexStringLower(data));
    }

    [Fact]
    public void Gcm_IsTheVector_AndOpens()
    {
        byte[] key = Convert.FromHexString("feffe9928665731c6d6a8f9467308308"), iv = Convert.FromHexString("cafebabefacedbaddecaf888");
        byte[] associated = Convert.FromHexString("feedfacedeadbeeffeedfacedeadbeefabaddad2"), tag = new byte[16];
        byte[] plain = Convert.FromHexString("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
        byte[] data = [.. plain];
        using var seal = new CipherContext("AES-128-GCM", key, iv, encrypt: true);
        for (int i = 0; i < 2; i++)
        {
            data = [.. plain];
            seal.Seal(iv, associated, data, tag);
            Assert.Equal("42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091", Convert.ToHexStringLower(data));
            Assert.Equal("5bc94fbc3221a5db94fae95ae7121a47", Convert.ToHexStringLower(tag));
        }

        using var open = new CipherContext("AES-128-GCM", key, iv, encrypt: false);
        byte[] copy = [.. data];
        tag[0] ^= 1;
        Assert.False(open.TryOpen(iv, associated, copy, tag));
        tag[0] ^= 1;
        Assert.True(open.TryOpen(iv, associated, data, tag));
        Assert.Equal(plain, data);
    }

    [Theory]
    [InlineData("00", 0, 0, "785407bfffc8ad9edcc5520ac9111ee6")]
    [InlineData("01", 8, 8, "6820b3657b6f615a5725bda0d3b4eb3a257c9af1f8f03009")]
    [InlineData("02", 8, 0, "81017f8203f081277152fade694a0a00")]
    [InlineData("03", 0, 8, "45dd69f8f5aae72414054cd1f35d82760b2cd00d2f99bfa9")]
    [InlineData("04", 16, 16, "571d535b60b277188be5147170a9a22c3ad7a4ff3835b8c5701c1ccec8fc3358")]
    [InlineData("07", 24, 24, "1ca2207308c87c010756104d8840ce1952f09673a448a122c92c62241051f57356d7f3c90bb0e07f")]
    [InlineData("0d", 40, 40, "d5ca91748410c1751ff8a2f618255b68a0a12e093ff454606e59f9c1d0ddc54b65e8628e568bad7aed07ba06a4a69483a7035490c5769e60")]
    [InlineData("0f", 0, 40, "4412923493c57d5de0d700f753cce0d1d2d95060122e9f15a5ddbfc5787e50b5cc55ee507bcb084e479ad363ac366b95a98ca5f3000b1479")]
    public void Ocb_IsTheVector_AndOpens_InPiecesOfAnySize(string nonce, int associated, int plain, string expected)
    {
        byte[] key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)], iv = Convert.FromHexString("bbaa998877665544332211" + nonce);
        byte[] octets = [.. Enumerable.Range(0, 40).Select(i => (byte)i)];
        using var seal = new CipherContext("AES-128-OCB", key, default, encrypt: true);
        using var open = new CipherContext("AES-128-OCB", key, default, encrypt: false);
        byte[] data = octets[..plain], tag = new byte[16];
        seal.Seal(iv, octets.AsSpan(0, associated), data, tag);
        Assert.Equal(expected, Convert.ToHexStringLower([.. data, .. tag]));
        byte[] whole = [.. data];
        for (int portion = 1; portion <= 33; portion += 4)
        {
            byte[] pieces = new byte[plain];
            seal.BeginSeal(iv, octets.AsSpan(0, associated));
            int done = Pieces(seal, octets.AsSpan(0, plain), pieces, portion);
            seal.FinishSeal(pieces.AsSpan(done), tag);
            Assert.Equal(expected, Convert.ToHexStringLower([.. pieces, .. tag]));
            byte[] back = new byte[plain];
            open.BeginOpen(iv, octets.AsSpan(0, associated), tag);
            done = Pieces(open, pieces, back, portion);
            Assert.True(open.TryFinishOpen(back.AsSpan(done)));
            Assert.Equal(octets[..plain], back);
        }

        for (int bit = 0; bit < (plain + 16) * 8; bit++)
        {
            byte[] forged = [.. whole, .. tag];
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(open.TryOpen(iv, octets.AsSpan(0, associated), forged.AsSpan(0, plain), forged.AsSpan(plain)));
        }

        Assert.True(open.TryOpen(iv, octets.AsSpan(0, associated), data, tag));
        Assert.Equal(octets[..plain], data);
    }

    /// <summary>RFC 7253 Appendix A: messages of 0 to 127 octets, as text, as associated data, and as both, and a tag over all that comes of it.</summary>
    [Theory]
    [InlineData(16, "67e944d23256c5e0b6c61fa22fdf1ea2")]
    [InlineData(12, "77a3d8e73589158d25d01209")]
    [InlineData(8, "192c9b7bd90ba06a")]
    public void Ocb_WithTagsOfThisLength_IsTheVector(int length, string expected)
    {
        byte[] key = new byte[16], zeros = new byte[128], tag = new byte[length];
        key[15] = (byte)(length * 8);
        using var seal = new CipherContext("AES-128-OCB", key, default, encrypt: true);
        seal.SetTagLength(length);
        var all = new List<byte>();
        int number = 0;
        void Add(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain)
        {
            byte[] iv = new byte[12], data = plain.ToArray();
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(iv.AsSpan(8), ++number);
            seal.Seal(iv, associated, data, tag);
            all.AddRange(data);
            all.AddRange(tag);
        }

        for (int i = 0; i < 128; i++)
        {
            Add(zeros.AsSpan(0, i), zeros.AsSpan(0, i));
            Add(default, zeros.AsSpan(0, i));
            Add(zeros.AsSpan(0, i), default);
        }

        byte[] said = [.. all];
        all.Clear();
        Add(said, default);
        Assert.Equal(expected, Convert.ToHexStringLower([.. all]));
    }

    /// <summary>libcrypto knows no length of the output: what was kept of earlier pieces counts too, and begins anew with each message.</summary>
    [Theory]
    [InlineData("AES-128-OCB", 0, 20, 19, 0)]
    [InlineData("AES-128-OCB", 5, 20, 24, 0)]
    [InlineData("AES-128-OCB", 5, 20, 25, 9)]
    [InlineData("AES-128-GCM", 0, 1, 0, 0)]
    [InlineData("AES-128-GCM", 5, 20, 19, 0)]
    public void RoomThatIsTooSmall_IsRefused(string algorithm, int first, int second, int room, int lessAtTheEnd)
    {
        using var context = new CipherContext(algorithm, new byte[16], default, encrypt: true);
        byte[] data = new byte[64], tag = new byte[16];
        for (int i = 0; i < 2; i++)
        {
            context.BeginSeal(new byte[12], default);
            context.Update(data.AsSpan(0, first), data.AsSpan(0, first));
            if (lessAtTheEnd == 0)
            {
                Assert.Throws<ArgumentException>(() => context.Update(data.AsSpan(0, second), data.AsSpan(0, room)));
                continue;
            }

            Assert.Equal(16, context.Update(data.AsSpan(0, second), data.AsSpan(32, room)));
            Assert.Throws<ArgumentException>(() => context.FinishSeal(data.AsSpan(48, lessAtTheEnd - 1), tag));
            context.FinishSeal(data.AsSpan(48, lessAtTheEnd), tag);
        }

        using var open = new CipherContext(algorithm, new byte[16], default, encrypt: false);
        open.BeginOpen(new byte[12], default, tag);
        if (open.Update(data.AsSpan(0, 9), data.AsSpan(32, 9)) == 0) Assert.Throws<ArgumentException>(() => open.TryFinishOpen(data.AsSpan(32, 8)));
        Assert.False(open.TryFinishOpen(data.AsSpan(32, 9)));
    }

    [Fact]
    public void ADisposedContext_IsNoAddress()
    {
        var context = new CipherContext("AES-128-OCB", new byte[16], default, encrypt: true);
        context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => context.Seal(new byte[12], default, new byte[16], new byte[16]));
    }

    [Fact]
    public void ChaCha20_IsTheVector_AndTakesANewIv()
    {
        byte[] data = new byte[64];
        using var context = new CipherContext("ChaCha20", new byte[32], new byte[16], encrypt: true);
        for (int i = 0; i < 2; i++)
        {
            data.AsSpan().Clear();
            context.SetIv(new byte[16]);
            context.Transform(data);
            Assert.Equal("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586", Convert.ToHexStringLower(data));
        }
    }

    private static int Pieces(CipherContext context, ReadOnlySpan<byte> source, Span<byte> destination, int portion)
    {
        int done = 0;
        for (; !source.IsEmpty; source = source[Math.Min(portion, source.Length)..]) done += context.Update(source[..Math.Min(portion, source.Length)], destination[done..]);
        return done;
    }

    [Fact]
    public void UnknownAlgorithm_IsRefused() => Assert.Throws<CryptographicException>(() => new CipherContext("ROT-13", new byte[16], default, encrypt: true));
}

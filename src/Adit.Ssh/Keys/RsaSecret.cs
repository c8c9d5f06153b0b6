using System.Numerics;
using System.Security.Cryptography;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>An RSA private key. In a file: string type, mpint n, e, d, iqmp, p, q.</summary>
internal sealed class RsaSecret : SshSecret
{
    private readonly RSA _rsa;
    private readonly Lock _signing = new();

    internal RsaSecret(RSA rsa)
    {
        _rsa = rsa;
        RSAParameters parameters = rsa.ExportParameters(includePrivateParameters: false);
        PublicKey = new RsaPublicKey(parameters.Exponent, parameters.Modulus);
        if (PublicKey.Bits is < RsaPublicKey.LeastBits or > RsaPublicKey.GreatestBits)
            throw new CryptographicException($"expected an RSA key of {RsaPublicKey.LeastBits} to {RsaPublicKey.GreatestBits} bits, got {PublicKey.Bits}");
    }

    internal override SshPublicKey PublicKey { get; }

    internal static RsaSecret Generate(int bits) => new(RSA.Create(bits));

    internal override byte[] Sign(string algorithm, ReadOnlySpan<byte> data)
    {
        HashAlgorithmName hash = RsaPublicKey.HashOf(algorithm) ?? throw Unsuitable(algorithm, PublicKey);
        lock (_signing) return _rsa.SignData(data, hash, RSASignaturePadding.Pkcs1);
    }

    internal override void WriteFields(ref SshWriter writer)
    {
        RSAParameters parameters = _rsa.ExportParameters(includePrivateParameters: true);
        writer.WriteText(RsaPublicKey.Name);
        writer.WriteMpint(parameters.Modulus);
        writer.WriteMpint(parameters.Exponent);
        writer.WriteMpint(parameters.D);
        writer.WriteMpint(parameters.InverseQ);
        writer.WriteMpint(parameters.P);
        writer.WriteMpint(parameters.Q);
        foreach (byte[]? secret in new[] { parameters.D, parameters.InverseQ, parameters.P, parameters.Q, parameters.DP, parameters.DQ })
            CryptographicOperations.ZeroMemory(secret);
    }

    internal static RsaSecret? ReadFields(ref SshReader reader)
    {
        if (!reader.TryReadMpint(out ReadOnlySpan<byte> n) || !reader.TryReadMpint(out ReadOnlySpan<byte> e) || !reader.TryReadMpint(out ReadOnlySpan<byte> d)
            || !reader.TryReadMpint(out ReadOnlySpan<byte> inverseQ) || !reader.TryReadMpint(out ReadOnlySpan<byte> p)
            || !reader.TryReadMpint(out ReadOnlySpan<byte> q)) return null;
        int half = (n.Length + 1) / 2;
        BigInteger dNumber = Number(d), pNumber = Number(p), qNumber = Number(q);
        if (n.Length * 8 > RsaPublicKey.GreatestBits || e.Length is 0 or > 8 || pNumber <= 1 || qNumber <= 1 || pNumber * qNumber != Number(n)
            || p.Length > half || q.Length > half || d.Length > n.Length || inverseQ.Length > half) return null;
        RSAParameters parameters = new()
        {
            Modulus = n.ToArray(),
            Exponent = e.ToArray(),
            D = Fixed(dNumber, n.Length),
            P = Fixed(pNumber, half),
            Q = Fixed(qNumber, half),
            DP = Fixed(dNumber % (pNumber - 1), half),
            DQ = Fixed(dNumber % (qNumber - 1), half),
            InverseQ = Fixed(Number(inverseQ), half),
        };
        return Create(parameters);
    }

    /// <summary>Checks the parameters by a signature, so that a broken key is found when it is read.</summary>
    internal static RsaSecret? Create(RSAParameters parameters)
    {
        RsaSecret secret = new(RSA.Create(parameters));
        byte[] signature = SshSignature.Encode(RsaPublicKey.Sha256Algorithm, secret.Sign(RsaPublicKey.Sha256Algorithm, [1]));
        if (secret.PublicKey.Verify([1], signature, secret.PublicKey.SignatureAlgorithms)) return secret;
        secret.Dispose();
        return null;
    }

    public override void Dispose() => _rsa.Dispose();

    private static BigInteger Number(ReadOnlySpan<byte> magnitude) => new(magnitude, isUnsigned: true, isBigEndian: true);

    private static byte[] Fixed(BigInteger number, int length)
    {
        byte[] result = new byte[length];
        int count = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(result.AsSpan(length - count), out _, isUnsigned: true, isBigEndian: true);
        return result;
    }
}

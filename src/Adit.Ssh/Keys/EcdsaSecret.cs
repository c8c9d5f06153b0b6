using System.Security.Cryptography;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>An ECDSA private key. In a file: string type, string curve, string Q, mpint d.</summary>
internal sealed class EcdsaSecret : SshSecret
{
    private readonly EcdsaCurve _curve;
    private readonly ECDsa _ecdsa;
    private readonly Lock _signing = new();

    internal EcdsaSecret(EcdsaCurve curve, ECDsa ecdsa)
    {
        _curve = curve;
        _ecdsa = ecdsa;
        PublicKey = new EcdsaPublicKey(curve, ecdsa.ExportParameters(includePrivateParameters: false).Q);
    }

    internal override SshPublicKey PublicKey { get; }

    internal static EcdsaSecret Generate(EcdsaCurve curve) => new(curve, ECDsa.Create(curve.Curve));

    internal override byte[] Sign(string algorithm, ReadOnlySpan<byte> data)
    {
        if (algorithm != _curve.KeyType) throw Unsuitable(algorithm, PublicKey);
        byte[] fixedLength;
        lock (_signing) fixedLength = _ecdsa.SignData(data, _curve.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        byte[] signature = new byte[fixedLength.Length + 10];
        SshWriter writer = new(signature);
        writer.WriteMpint(fixedLength.AsSpan(0, _curve.FieldLength));
        writer.WriteMpint(fixedLength.AsSpan(_curve.FieldLength));
        return signature[..writer.Written];
    }

    internal override void WriteFields(ref SshWriter writer)
    {
        ECParameters parameters = _ecdsa.ExportParameters(includePrivateParameters: true);
        writer.WriteText(_curve.KeyType);
        writer.WriteText(_curve.Name);
        writer.WriteUInt32((uint)(1 + (2 * _curve.FieldLength)));
        writer.WriteByte(4);
        writer.WriteBytes(parameters.Q.X);
        writer.WriteBytes(parameters.Q.Y);
        writer.WriteMpint(parameters.D);
        CryptographicOperations.ZeroMemory(parameters.D);
    }

    internal static EcdsaSecret? ReadFields(EcdsaCurve curve, ref SshReader reader)
    {
        if (!reader.TryReadText(out string name) || name != curve.Name || !reader.TryReadString(out ReadOnlySpan<byte> octets)
            || !reader.TryReadMpint(out ReadOnlySpan<byte> d) || d.Length > curve.FieldLength
            || !EcdsaPublicKey.TryDecodePoint(curve, octets, out ECPoint point)) return null;
        byte[] scalar = new byte[curve.FieldLength];
        d.CopyTo(scalar.AsSpan(scalar.Length - d.Length));

        // The point is computed from the scalar and compared, since an import would take both on trust.
        EcdsaSecret secret = new(curve, ECDsa.Create(new ECParameters { Curve = curve.Curve, D = scalar }));
        CryptographicOperations.ZeroMemory(scalar);
        ECPoint computed = ((EcdsaPublicKey)secret.PublicKey).Point;
        if (computed.X.AsSpan().SequenceEqual(point.X) && computed.Y.AsSpan().SequenceEqual(point.Y)) return secret;
        secret.Dispose();
        return null;
    }

    public override void Dispose() => _ecdsa.Dispose();
}

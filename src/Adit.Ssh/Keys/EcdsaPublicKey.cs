using System.Security.Cryptography;
using System.Text;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>
/// ecdsa-sha2-nistp* (RFC 5656 §3.1):
/// <code>
/// string    "ecdsa-sha2-" curve
/// string    curve
/// string    Q: 0x04, x, y (SEC 1 §2.3.3, not compressed)
/// </code>
/// </summary>
internal sealed class EcdsaPublicKey : SshPublicKey
{
    private readonly string[] _algorithms;

    internal EcdsaPublicKey(EcdsaCurve curve, ECPoint point)
        : base(Encode(curve, point))
    {
        Curve = curve;
        Point = point;
        _algorithms = [curve.KeyType];
    }

    public override string KeyType => Curve.KeyType;

    public override int Bits => Curve.Bits;

    public override IReadOnlyList<string> SignatureAlgorithms => _algorithms;

    internal EcdsaCurve Curve { get; }

    internal ECPoint Point { get; }

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms)
    {
        if (!SshSignature.TryDecode(signature, out string algorithm, out ReadOnlySpan<byte> octets)
            || algorithm != Curve.KeyType || !allowedAlgorithms.Contains(algorithm)) return false;

        // RFC 5656 §3.1.2: mpint r, mpint s.
        SshReader reader = new(octets);
        int length = Curve.FieldLength;
        if (!reader.TryReadMpint(out ReadOnlySpan<byte> r) || !reader.TryReadMpint(out ReadOnlySpan<byte> s)
            || reader.Remaining != 0 || r.Length > length || s.Length > length) return false;
        byte[] fixedLength = new byte[length * 2];
        r.CopyTo(fixedLength.AsSpan(length - r.Length));
        s.CopyTo(fixedLength.AsSpan((2 * length) - s.Length));
        try
        {
            using ECDsa ecdsa = ECDsa.Create(new ECParameters { Curve = Curve.Curve, Q = Point });
            return ecdsa.VerifyData(data, fixedLength, Curve.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    internal static EcdsaPublicKey? Decode(EcdsaCurve curve, ref SshReader reader, ReadOnlySpan<byte> blob, out string? why)
    {
        why = null;
        if (!reader.TryReadString(out ReadOnlySpan<byte> name) || !reader.TryReadString(out ReadOnlySpan<byte> point)) return null;
        if (!Encoding.ASCII.GetString(name).Equals(curve.Name, StringComparison.Ordinal)) why = $"expected curve {curve.Name} in an {curve.KeyType} key, got another";
        else if (!TryDecodePoint(curve, point, out ECPoint decoded)) why = $"expected a point of {curve.Name}, got something else";
        else return new EcdsaPublicKey(curve, decoded);
        return null;
    }

    /// <summary>Decodes an uncompressed point and checks that it is on the curve.</summary>
    internal static bool TryDecodePoint(EcdsaCurve curve, ReadOnlySpan<byte> octets, out ECPoint point)
    {
        point = default;
        int length = curve.FieldLength;
        if (octets.Length != 1 + (2 * length) || octets[0] != 4) return false;
        point = new ECPoint { X = octets.Slice(1, length).ToArray(), Y = octets[(1 + length)..].ToArray() };
        try
        {
            // The import is what checks the equation of the curve.
            using ECDsa check = ECDsa.Create(new ECParameters { Curve = curve.Curve, Q = point });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static byte[] Encode(EcdsaCurve curve, ECPoint point)
    {
        int length = curve.FieldLength;
        byte[] blob = new byte[SshWriter.TextLength(curve.KeyType) + SshWriter.TextLength(curve.Name) + 5 + (2 * length)];
        SshWriter writer = new(blob);
        writer.WriteText(curve.KeyType);
        writer.WriteText(curve.Name);
        writer.WriteUInt32((uint)(1 + (2 * length)));
        writer.WriteByte(4);
        writer.WriteBytes(point.X);
        writer.WriteBytes(point.Y);
        return blob;
    }
}

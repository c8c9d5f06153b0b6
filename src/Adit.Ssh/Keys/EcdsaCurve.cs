using System.Security.Cryptography;

namespace Adit.Ssh.Keys;

/// <summary>The curves that RFC 5656 §10.1 requires, with the hash that §6.2.1 gives each.</summary>
/// <param name="Name">The curve's SSH name.</param>
/// <param name="Bits">The size of its field.</param>
/// <param name="Oid">Its object identifier (RFC 5656 §10.1).</param>
/// <param name="Curve">.NET's name of it.</param>
/// <param name="Hash">The hash of its signatures.</param>
internal sealed record EcdsaCurve(string Name, int Bits, string Oid, ECCurve Curve, HashAlgorithmName Hash)
{
    private const string Prefix = "ecdsa-sha2-";

    internal static readonly EcdsaCurve P256 = new("nistp256", 256, "1.2.840.10045.3.1.7", ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256);
    internal static readonly EcdsaCurve P384 = new("nistp384", 384, "1.3.132.0.34", ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384);
    internal static readonly EcdsaCurve P521 = new("nistp521", 521, "1.3.132.0.35", ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512);

    /// <summary>The key type, which is also the signature algorithm.</summary>
    internal string KeyType { get; } = Prefix + Name;

    /// <summary>The octets of a coordinate and of a scalar.</summary>
    internal int FieldLength { get; } = (Bits + 7) / 8;

    internal static EcdsaCurve? OfKeyType(string keyType) =>
        keyType.StartsWith(Prefix, StringComparison.Ordinal) ? OfName(keyType[Prefix.Length..]) : null;

    internal static EcdsaCurve? OfName(string name) => name switch
    {
        "nistp256" => P256,
        "nistp384" => P384,
        "nistp521" => P521,
        _ => null,
    };

    internal static EcdsaCurve? OfOid(string? oid) => oid == P256.Oid ? P256 : oid == P384.Oid ? P384 : oid == P521.Oid ? P521 : null;
}

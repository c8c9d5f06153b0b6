using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Adit.Ssh.Keys;

/// <summary>
/// PrivateKeyInfo (RFC 5208 §5, RFC 5958 §2), not encrypted: SEQUENCE { version, algorithm, privateKey OCTET STRING, … } of RSA, a named curve
/// or Ed25519 (RFC 8410 §7).
/// </summary>
internal static class Pkcs8Key
{
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string Ed25519 = "1.3.101.112";

    /// <summary>Reads a key; null when it is malformed or of a kind that SSH does not use, and then why says which.</summary>
    internal static SshSecret? TryRead(ReadOnlyMemory<byte> der, out string why)
    {
        why = "expected a private key, got PKCS#8 that is damaged";
        try
        {
            AsnReader info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            info.ReadInteger();
            AsnReader algorithm = info.ReadSequence();
            string oid = algorithm.ReadObjectIdentifier();
            switch (oid)
            {
                case Rsa:
                    RSA rsa = RSA.Create();
                    rsa.ImportPkcs8PrivateKey(der.Span, out _);
                    why = "expected an RSA key whose parts agree, got another";
                    RSAParameters parameters = rsa.ExportParameters(includePrivateParameters: true);
                    rsa.Dispose();
                    return RsaSecret.Create(parameters);
                case EllipticCurve:
                    string? curveOid = algorithm.HasData && algorithm.PeekTag() == Asn1Tag.ObjectIdentifier ? algorithm.ReadObjectIdentifier() : null;
                    if (EcdsaCurve.OfOid(curveOid) is not { } curve)
                    {
                        why = $"expected curve nistp256, nistp384 or nistp521, got {curveOid ?? "one that is not named"}";
                        return null;
                    }

                    ECDsa ecdsa = ECDsa.Create();
                    ecdsa.ImportPkcs8PrivateKey(der.Span, out _);
                    return new EcdsaSecret(curve, ecdsa);
                case Ed25519:
                    byte[] seed = new AsnReader(info.ReadOctetString(), AsnEncodingRules.BER).ReadOctetString();
                    return seed.Length == 32 ? new Ed25519Secret(seed) : null;
                default:
                    why = $"expected an RSA, ECDSA or Ed25519 key, got algorithm {oid}";
                    return null;
            }
        }
        catch (AsnContentException)
        {
            return null;
        }
        catch (CryptographicException e)
        {
            if (e.Message.StartsWith("expected", StringComparison.Ordinal)) why = e.Message;
            return null;
        }
    }
}

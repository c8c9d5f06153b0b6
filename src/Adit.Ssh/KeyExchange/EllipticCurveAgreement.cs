using System.Security.Cryptography;

namespace Adit.Ssh.KeyExchange;

/// <summary>ecdh-sha2-nistp* (RFC 5656 §4): points are uncompressed (0x04 ‖ X ‖ Y), the secret is the X coordinate.</summary>
internal sealed class EllipticCurveAgreement : KeyAgreement
{
    private readonly ECDiffieHellman _own;
    private readonly ECCurve _curve;
    private readonly int _coordinateLength;

    public EllipticCurveAgreement(ECCurve curve, HashAlgorithmName hash, int coordinateLength)
    {
        _curve = curve;
        _coordinateLength = coordinateLength;
        _own = ECDiffieHellman.Create(curve);
        Hash = hash;
        ECPoint point = _own.ExportParameters(false).Q;
        PublicValue = [0x04, .. point.X!, .. point.Y!];
    }

    public override HashAlgorithmName Hash { get; }

    public override byte[] PublicValue { get; }

    public override bool TryAgree(ReadOnlySpan<byte> peerPublicValue, out byte[] secret)
    {
        secret = [];
        if (peerPublicValue.Length != 1 + (2 * _coordinateLength) || peerPublicValue[0] != 0x04) return false;
        try
        {
            var parameters = new ECParameters
            {
                Curve = _curve,
                Q = new ECPoint { X = peerPublicValue.Slice(1, _coordinateLength).ToArray(), Y = peerPublicValue[(1 + _coordinateLength)..].ToArray() },
            };
            parameters.Validate();
            // The import refuses a point that is not on the curve.
            using ECDiffieHellman peer = ECDiffieHellman.Create(parameters);
            secret = _own.DeriveRawSecretAgreement(peer.PublicKey);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public override void Dispose() => _own.Dispose();
}

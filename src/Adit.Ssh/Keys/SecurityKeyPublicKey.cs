using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>
/// A key in a FIDO token (OpenSSH PROTOCOL.u2f), sk-ssh-ed25519@openssh.com or sk-ecdsa-sha2-nistp256@openssh.com:
/// <code>
/// string    key type
/// …         fields of an ssh-ed25519 or ecdsa-sha2-nistp256 key
/// string    application
/// </code>
/// A signature is
/// <code>
/// string    key type
/// string    signature of SHA256(application) ‖ flags ‖ counter ‖ SHA256(data)
/// byte      flags: 1 the user was present, 4 the user was verified
/// uint32    counter
/// </code>
/// </summary>
internal sealed class SecurityKeyPublicKey : SshPublicKey
{
    internal const string Ed25519Name = "sk-ssh-ed25519@openssh.com";
    internal const string EcdsaName = "sk-ecdsa-sha2-nistp256@openssh.com";

    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;

    private readonly string[] _algorithms;
    private readonly SshPublicKey _inner;
    private readonly byte[] _application;

    private SecurityKeyPublicKey(string type, SshPublicKey inner, ReadOnlySpan<byte> application)
        : base(Encode(type, inner, application))
    {
        KeyType = type;
        _algorithms = [type];
        _inner = inner;
        _application = application.ToArray();
    }

    public override string KeyType { get; }

    public override int Bits => 256;

    public override IReadOnlyList<string> SignatureAlgorithms => _algorithms;

    /// <summary>What the key was made for, often "ssh:".</summary>
    internal string Application => Encoding.UTF8.GetString(_application);

    /// <summary>Verifies, and demands that the user was present.</summary>
    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms) =>
        TryVerify(data, signature, allowedAlgorithms, out byte flags) && (flags & UserPresent) != 0;

    /// <summary>Verifies, and demands of the user what the permissions do: presence unless no-touch-required, verification where verify-required.</summary>
    internal override bool VerifyLogin(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms, KeyPermissions permissions) =>
        TryVerify(data, signature, allowedAlgorithms, out byte flags)
        && (permissions.NoTouchRequired || (flags & UserPresent) != 0)
        && (!permissions.VerifyRequired || (flags & UserVerified) != 0);

    internal static SecurityKeyPublicKey? Decode(string type, ref SshReader reader, out string? why)
    {
        why = null;
        SshPublicKey? inner = type == Ed25519Name
            ? Ed25519PublicKey.Decode(ref reader, default, out why)
            : EcdsaPublicKey.Decode(EcdsaCurve.P256, ref reader, default, out why);
        return inner is not null && reader.TryReadString(out ReadOnlySpan<byte> application) ? new SecurityKeyPublicKey(type, inner, application) : null;
    }

    private bool TryVerify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, IReadOnlyCollection<string> allowedAlgorithms, out byte flags)
    {
        SshReader reader = new(signature);
        flags = 0;
        if (!reader.TryReadText(out string algorithm) || algorithm != KeyType || !allowedAlgorithms.Contains(algorithm)
            || !reader.TryReadString(out ReadOnlySpan<byte> octets) || !reader.TryReadByte(out flags) || !reader.TryReadUInt32(out uint counter) || reader.Remaining != 0) return false;
        Span<byte> signed = stackalloc byte[32 + 1 + 4 + 32];
        SHA256.HashData(_application, signed);
        signed[32] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(signed[33..], counter);
        SHA256.HashData(data, signed[37..]);
        return _inner.Verify(signed, SshSignature.Encode(_inner.KeyType, octets), _inner.SignatureAlgorithms);
    }

    private static byte[] Encode(string type, SshPublicKey inner, ReadOnlySpan<byte> application)
    {
        ReadOnlySpan<byte> fields = inner.Blob.Span[SshWriter.TextLength(inner.KeyType)..];
        byte[] blob = new byte[SshWriter.TextLength(type) + fields.Length + 4 + application.Length];
        SshWriter writer = new(blob);
        writer.WriteText(type);
        writer.WriteBytes(fields);
        writer.WriteString(application);
        return blob;
    }
}

using System.Security.Cryptography;
using System.Text;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>
/// A key revocation list of ssh-keygen's (OpenSSH PROTOCOL.krl):
/// <code>
/// uint64    0x5353484b524c0a00 "SSHKRL\n\0"
/// uint32    format version, 1
/// uint64    version, date, flags (three fields)
/// string    reserved
/// string    comment
/// byte      section type  ┐ repeated
/// string    section       ┘
/// </code>
/// Decodes wholly or not at all: what cannot be read must not pass for an empty list. Signatures in it are not verified, as ssh(1) does not either.
/// </summary>
internal sealed class KeyRevocationList
{
    internal const ulong Magic = 0x5353484b524c0a00;

    // Ours: an authority's serials and key ids take eight and some fifty octets each.
    private const int GreatestSections = 1 << 20;

    private readonly HashSet<string> _keys = []; // by digest of the blob
    private readonly HashSet<string> _sha1 = [];
    private readonly HashSet<string> _sha256 = [];
    private readonly List<AuthoritySection> _authorities = [];

    private enum Section : byte
    {
        Certificates = 1,
        ExplicitKey = 2,
        FingerprintSha1 = 3,
        Signature = 4,
        FingerprintSha256 = 5,
        Extension = 255,
    }

    private enum CertificateSection : byte
    {
        SerialList = 0x20,
        SerialRange = 0x21,
        SerialBitmap = 0x22,
        KeyId = 0x23,
        Extension = 0x39,
    }

    internal static bool IsOne(ReadOnlySpan<byte> octets)
    {
        SshReader reader = new(octets);
        return reader.TryReadUInt64(out ulong magic) && magic == Magic;
    }

    /// <summary>Null when it is malformed, or has a part that may not be passed over and is not known.</summary>
    internal static KeyRevocationList? Decode(ReadOnlySpan<byte> octets)
    {
        SshReader reader = new(octets);
        if (!reader.TryReadUInt64(out ulong magic) || magic != Magic || !reader.TryReadUInt32(out uint format) || format != 1
            || !reader.TryReadUInt64(out _) || !reader.TryReadUInt64(out _) || !reader.TryReadUInt64(out _) || !reader.TryReadString(out _) || !reader.TryReadString(out _)) return null;
        KeyRevocationList list = new();
        for (int i = 0; reader.Remaining > 0; i++)
        {
            if (i == GreatestSections || !reader.TryReadByte(out byte type) || !reader.TryReadString(out ReadOnlySpan<byte> data) || !list.TryAdd((Section)type, data, ref reader)) return null;
        }

        return list;
    }

    /// <summary>Whether a key, a certificate, or the authority of a certificate is revoked.</summary>
    internal bool Contains(SshPublicKey key)
    {
        if (key is not SshCertificate certificate) return ContainsPlain(key);
        return ContainsPlain(certificate.Certified) || ContainsPlain(certificate.SignatureKey) || _authorities.Any(a => a.Contains(certificate));
    }

    private bool ContainsPlain(SshPublicKey key)
    {
        string sha256 = Convert.ToHexString(SHA256.HashData(key.Blob.Span));
        return _keys.Contains(sha256) || _sha256.Contains(sha256) || (_sha1.Count > 0 && _sha1.Contains(Sha1(key)));
    }

    // The list's own choice of hash.
#pragma warning disable CA5350
    private static string Sha1(SshPublicKey key) => Convert.ToHexString(SHA1.HashData(key.Blob.Span));
#pragma warning restore CA5350

    private bool TryAdd(Section section, ReadOnlySpan<byte> data, ref SshReader after)
    {
        switch (section)
        {
            case Section.Certificates:
                AuthoritySection authority = new();
                _authorities.Add(authority);
                return authority.TryRead(data);
            case Section.ExplicitKey:
                return TryReadEach(data, _keys, blob => Convert.ToHexString(SHA256.HashData(blob)), 0);
            case Section.FingerprintSha1:
                return TryReadEach(data, _sha1, hash => Convert.ToHexString(hash), SHA1.HashSizeInBytes);
            case Section.FingerprintSha256:
                return TryReadEach(data, _sha256, hash => Convert.ToHexString(hash), SHA256.HashSizeInBytes);
            case Section.Signature:
                return after.TryReadString(out _); // the first string was the key
            case Section.Extension:
                return IsPassedOver(data);
            default:
                return false;
        }
    }

    private delegate string KeyOf(ReadOnlySpan<byte> octets);

    private static bool TryReadEach(ReadOnlySpan<byte> data, HashSet<string> into, KeyOf keyOf, int length)
    {
        SshReader reader = new(data);
        while (reader.Remaining > 0)
        {
            if (!reader.TryReadString(out ReadOnlySpan<byte> item) || item.IsEmpty || (length != 0 && item.Length != length)) return false;
            into.Add(keyOf(item));
        }

        return true;
    }

    // string name, boolean critical, string contents.
    private static bool IsPassedOver(ReadOnlySpan<byte> data)
    {
        SshReader reader = new(data);
        return reader.TryReadString(out _) && reader.TryReadBoolean(out bool critical) && reader.TryReadString(out _) && reader.Remaining == 0 && !critical;
    }

    /// <summary>What one authority revoked, or any where none is named.</summary>
    private sealed class AuthoritySection
    {
        private readonly List<(ulong First, ulong Last)> _ranges = [];
        private readonly List<(ulong Offset, byte[] Bits)> _bitmaps = [];
        private readonly HashSet<ulong> _serials = [];
        private readonly HashSet<string> _keyIds = [];
        private byte[] _authority = [];

        public bool TryRead(ReadOnlySpan<byte> data)
        {
            SshReader reader = new(data);
            if (!reader.TryReadString(out ReadOnlySpan<byte> authority) || !reader.TryReadString(out _)) return false;
            _authority = authority.ToArray();
            while (reader.Remaining > 0)
            {
                if (!reader.TryReadByte(out byte type) || !reader.TryReadString(out ReadOnlySpan<byte> section) || !TryReadSection((CertificateSection)type, section)) return false;
            }

            return true;
        }

        public bool Contains(SshCertificate certificate)
        {
            if (_authority.Length > 0 && !certificate.SignatureKey.Blob.Span.SequenceEqual(_authority)) return false;
            if (_keyIds.Contains(certificate.KeyId)) return true;
            ulong serial = certificate.Serial;
            // PROTOCOL.krl: 0 is the serial of those that were given none.
            return serial != 0 && (_serials.Contains(serial) || _ranges.Any(r => serial >= r.First && serial <= r.Last) || _bitmaps.Any(b => IsSet(b.Bits, b.Offset, serial)));
        }

        private bool TryReadSection(CertificateSection section, ReadOnlySpan<byte> data)
        {
            SshReader reader = new(data);
            switch (section)
            {
                case CertificateSection.SerialList:
                    while (reader.Remaining > 0)
                    {
                        if (!reader.TryReadUInt64(out ulong serial)) return false;
                        _serials.Add(serial);
                    }

                    return true;
                case CertificateSection.SerialRange:
                    if (!reader.TryReadUInt64(out ulong first) || !reader.TryReadUInt64(out ulong last) || first > last || reader.Remaining != 0) return false;
                    _ranges.Add((first, last));
                    return true;
                case CertificateSection.SerialBitmap:
                    if (!reader.TryReadUInt64(out ulong offset) || !reader.TryReadMpint(out ReadOnlySpan<byte> bits) || reader.Remaining != 0) return false;
                    _bitmaps.Add((offset, bits.ToArray()));
                    return true;
                case CertificateSection.KeyId:
                    while (reader.Remaining > 0)
                    {
                        if (!reader.TryReadString(out ReadOnlySpan<byte> id)) return false;
                        _keyIds.Add(Encoding.UTF8.GetString(id));
                    }

                    return true;
                case CertificateSection.Extension:
                    return IsPassedOver(data);
                default:
                    return false;
            }
        }

        // Bit i of the number, from the least, is serial offset + i.
        private static bool IsSet(byte[] bits, ulong offset, ulong serial)
        {
            if (serial < offset || serial - offset >= (ulong)bits.Length * 8) return false;
            int bit = (int)(serial - offset);
            return (bits[^(1 + (bit / 8))] & (1 << (bit % 8))) != 0;
        }
    }
}

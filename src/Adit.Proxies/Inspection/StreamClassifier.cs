namespace Adit.Proxies.Inspection;

/// <summary>Tells what a stream's first octets are. Pure; never throws.</summary>
public static class StreamClassifier
{
    /// <summary>Ours: octets after which everything is decided.</summary>
    public const int Enough = 32;

    /// <summary>Ours: lines that a server may send before its SSH identification (RFC 4253 §4.2) are not looked through: such a stream is other.</summary>
    private static ReadOnlySpan<byte> SshStart => "SSH-"u8;

    /// <summary>What the octets are; <see cref="TunnelContent.Unknown"/> while more might tell.</summary>
    public static TunnelContent Classify(ReadOnlySpan<byte> first)
    {
        if (first.IsEmpty) return TunnelContent.Unknown;
        if (first[0] == 0x16) return Tls(first);
        int ssh = Math.Min(first.Length, SshStart.Length);
        if (first[..ssh].SequenceEqual(SshStart[..ssh])) return first.Length >= SshStart.Length ? TunnelContent.Ssh : TunnelContent.Unknown;
        return Http(first);
    }

    // handshake(22), legacy_record_version 03 01 to 03 04, a length, client_hello(1) or server_hello(2)
    private static TunnelContent Tls(ReadOnlySpan<byte> first)
    {
        if (first.Length > 1 && first[1] != 3) return TunnelContent.Other;
        if (first.Length > 2 && first[2] > 4) return TunnelContent.Other;
        if (first.Length < 6) return TunnelContent.Unknown;
        return first[5] is 1 or 2 ? TunnelContent.Tls : TunnelContent.Other;
    }

    // A method in capital letters, a space, and a target that begins as targets do; or a status line.
    private static TunnelContent Http(ReadOnlySpan<byte> first)
    {
        ReadOnlySpan<byte> status = "HTTP/1."u8;
        int known = Math.Min(first.Length, status.Length);
        if (first[..known].SequenceEqual(status[..known])) return first.Length >= status.Length ? TunnelContent.Http : TunnelContent.Unknown;
        int letters = first.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
        if (letters < 0) return first.Length < Enough ? TunnelContent.Unknown : TunnelContent.Other;
        if (letters < 3 || first[letters] != ' ') return TunnelContent.Other;
        if (first.Length == letters + 1) return TunnelContent.Unknown;
        byte target = first[letters + 1];
        return target is (byte)'/' or (byte)'*' || char.IsAsciiLetterOrDigit((char)target) || target == '[' ? HttpLine(first[(letters + 1)..]) : TunnelContent.Other;
    }

    // "HELO mail" and "USER x" look like a method and a target: an origin-form or absolute-form target does not.
    private static TunnelContent HttpLine(ReadOnlySpan<byte> target)
    {
        if (target[0] is (byte)'/' or (byte)'*') return TunnelContent.Http;
        ReadOnlySpan<byte> scheme = "http"u8;
        int known = Math.Min(target.Length, scheme.Length);
        if (target[..known].SequenceEqual(scheme[..known])) return target.Length >= scheme.Length ? TunnelContent.Http : TunnelContent.Unknown;
        return target.IndexOf(" HTTP/"u8) >= 0 ? TunnelContent.Http : target.IndexOfAny((byte)'\r', (byte)'\n') < 0 && target.Length < Enough * 8 ? TunnelContent.Unknown : TunnelContent.Other;
    }
}

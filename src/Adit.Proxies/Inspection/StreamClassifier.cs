namespace Adit.Proxies.Inspection;

/// <summary>Tells what a stream's first octets are. Pure; never throws.</summary>
public static class StreamClassifier
{
    /// <summary>Ours: octets after which everything is decided.</summary>
    public const int Enough = 32;

    /// <summary>Ours: lines that a server may send before its SSH identification (RFC 4253 §4.2) are not looked through: such a stream is other.</summary>
    private static ReadOnlySpan<byte> SshStart => "SSH-"u8;

    /// <summary>What the octets are; <see cref="StreamContent.Unknown"/> while more might tell.</summary>
    public static StreamContent Classify(ReadOnlySpan<byte> first)
    {
        if (first.IsEmpty) return StreamContent.Unknown;
        if (first[0] == 0x16) return Tls(first);
        int ssh = Math.Min(first.Length, SshStart.Length);
        if (first[..ssh].SequenceEqual(SshStart[..ssh])) return first.Length >= SshStart.Length ? StreamContent.Ssh : StreamContent.Unknown;
        return Http(first);
    }

    // handshake(22), legacy_record_version 03 01 to 03 04, a length, client_hello(1) or server_hello(2)
    private static StreamContent Tls(ReadOnlySpan<byte> first)
    {
        if (first.Length > 1 && first[1] != 3) return StreamContent.Other;
        if (first.Length > 2 && first[2] > 4) return StreamContent.Other;
        if (first.Length < 6) return StreamContent.Unknown;
        return first[5] is 1 or 2 ? StreamContent.Tls : StreamContent.Other;
    }

    // A method in capital letters, a space, and a target that begins as targets do; or a status line.
    private static StreamContent Http(ReadOnlySpan<byte> first)
    {
        ReadOnlySpan<byte> status = "HTTP/1."u8;
        int known = Math.Min(first.Length, status.Length);
        if (first[..known].SequenceEqual(status[..known])) return first.Length >= status.Length ? StreamContent.Http : StreamContent.Unknown;
        int letters = first.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
        if (letters < 0) return first.Length < Enough ? StreamContent.Unknown : StreamContent.Other;
        if (letters < 3 || first[letters] != ' ') return StreamContent.Other;
        if (first.Length == letters + 1) return StreamContent.Unknown;
        byte target = first[letters + 1];
        return target is (byte)'/' or (byte)'*' || char.IsAsciiLetterOrDigit((char)target) || target == '[' ? HttpLine(first[(letters + 1)..]) : StreamContent.Other;
    }

    // "HELO mail" and "USER x" look like a method and a target: an origin-form or absolute-form target does not.
    private static StreamContent HttpLine(ReadOnlySpan<byte> target)
    {
        if (target[0] is (byte)'/' or (byte)'*') return StreamContent.Http;
        ReadOnlySpan<byte> scheme = "http"u8;
        int known = Math.Min(target.Length, scheme.Length);
        if (target[..known].SequenceEqual(scheme[..known])) return target.Length >= scheme.Length ? StreamContent.Http : StreamContent.Unknown;
        return target.IndexOf(" HTTP/"u8) >= 0 ? StreamContent.Http : target.IndexOfAny((byte)'\r', (byte)'\n') < 0 && target.Length < Enough * 8 ? StreamContent.Unknown : StreamContent.Other;
    }
}

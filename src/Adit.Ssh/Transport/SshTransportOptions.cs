using Adit.Ssh.KeyExchange;

namespace Adit.Ssh.Transport;

/// <summary>How the transport of one connection behaves. Immutable.</summary>
public sealed record SshTransportOptions
{
    /// <summary>The algorithms to offer.</summary>
    public SshAlgorithms Algorithms { get; init; } = SshAlgorithms.Default;

    /// <summary>The hash of fingerprints in messages: <c>SHA256</c>, the default, or <c>MD5</c>.</summary>
    public string FingerprintHash { get; init; } = "SHA256";

    /// <summary>Whether to be sparing with messages: no extension negotiation (RFC 8308), and a key's proof unasked. Default false; <see cref="SlimProfile"/> sets it.</summary>
    public bool IsSlim { get; init; }

    /// <summary>softwareversion of the identification line (RFC 4253 §4.2), printable US-ASCII without space and minus.</summary>
    public string SoftwareVersion { get; init; } = "Adit_0.1.0";

    /// <summary>comments of the identification line, printable US-ASCII; null for none.</summary>
    public string? Comment { get; init; }

    /// <summary>Octets one way after which keys are exchanged anew; default 1 GiB (RFC 4253 §9), lower where the cipher demands it.</summary>
    public long RekeyOctets { get; init; } = 1L << 30;

    /// <summary>Time after which keys are exchanged anew; default one hour (RFC 4253 §9); zero: never by time.</summary>
    public TimeSpan RekeyInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the peer may take for the identification and the first key exchange; default 120 s, as LoginGraceTime of sshd; zero: for ever.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(120);
}

using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Server;

namespace Adit.Ssh.Transport;

/// <summary>
/// SSH over a stream whose octets and messages are dear (<see cref="Core.Streams.DuplexStream.IsDear"/>): one algorithm a list and no extension negotiation, so that SSH_MSG_KEXINIT takes some 200 octets in place of 1500; a short
/// identification; curve25519 alone, since a post-quantum exchange costs some 2.3 kB; no keepalives and no new keys by time; the key's proof is sent unasked; nothing is told that nobody asked for. And patience: a login may take
/// many minutes.
/// </summary>
public static class SlimProfile
{
    /// <summary>Ours: how long logging in may take; some thirty messages one after another, each of which may take a minute.</summary>
    public static readonly TimeSpan LoginGrace = TimeSpan.FromMinutes(30);

    private const string KeyExchange = "curve25519-sha256";
    private const string Cipher = "chacha20-poly1305@openssh.com"; // the least padding: blocks of 8
    private const string Mac = "hmac-sha2-256"; // named since the list may not be empty; the cipher needs none
    private const string HostKey = "ssh-ed25519";

    /// <summary>The algorithms, each list cut to one.</summary>
    /// <param name="algorithms">What would be offered.</param>
    /// <param name="keepsKeyExchange">Whether the first key exchange method stays, since somebody chose it.</param>
    public static SshAlgorithms Of(SshAlgorithms algorithms, bool keepsKeyExchange = false)
    {
        ArgumentNullException.ThrowIfNull(algorithms);
        return algorithms with
        {
            KeyExchange = [keepsKeyExchange ? One(algorithms.KeyExchange, KeyExchange) : KeyExchange],
            HostKey = [One(algorithms.HostKey, HostKey)],
            Cipher = [One(algorithms.Cipher, Cipher)],
            Mac = [One(algorithms.Mac, Mac)],
            Compression = [algorithms.Compression.Count > 0 ? algorithms.Compression[0] : "none"],
        };
    }

    /// <summary>A client's options.</summary>
    public static SshClientOptions Of(SshClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            Transport = Of(options.Transport, keepsKeyExchange: true),
            Limits = Of(options.Limits),
            BindsToHost = false,
            HostKeysAnnounced = null,
            ConnectTimeout = Longer(options.ConnectTimeout),
        };
    }

    /// <summary>A server's options.</summary>
    /// <param name="options">Towards everybody else.</param>
    /// <param name="keepsKeyExchange">Whether the first key exchange method stays, since somebody chose it.</param>
    public static SshServerOptions Of(SshServerOptions options, bool keepsKeyExchange)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            Transport = Of(options.Transport, keepsKeyExchange),
            Limits = Of(options.Limits),
            LoginGraceTime = Longer(options.LoginGraceTime),
            Banner = null,
        };
    }

    private static SshTransportOptions Of(SshTransportOptions options, bool keepsKeyExchange) => options with
    {
        IsSlim = true,
        Algorithms = Of(options.Algorithms, keepsKeyExchange),
        SoftwareVersion = "Adit",
        Comment = null,
        RekeyInterval = TimeSpan.Zero,
        HandshakeTimeout = Longer(options.HandshakeTimeout),
    };

    private static SshConnectionLimits Of(SshConnectionLimits limits) => limits with { KeepAliveInterval = TimeSpan.Zero };

    private static TimeSpan Longer(TimeSpan time) => time == TimeSpan.Zero || time > LoginGrace ? time : LoginGrace;

    private static string One(IReadOnlyList<string> offered, string wanted) => offered.Contains(wanted) || offered.Count == 0 ? wanted : offered[0];
}

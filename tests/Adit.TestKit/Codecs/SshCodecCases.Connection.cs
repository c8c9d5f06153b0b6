using Adit.Wire.Ssh;

namespace Adit.TestKit.Codecs;

// RFC 4254, OpenSSH PROTOCOL.
public static partial class SshCodecCases
{
    /// <summary>Connection layer: messages.</summary>
    public static IReadOnlyList<CodecCase> Connection =>
    [
        new CodecCase<GlobalRequestMessage>(
            new("tcpip-forward", true, Octets.Of("s'' u32:0")), "50 s'tcpip-forward' 01 s'' u32:0", truncatedBelow: 1 + 4 + 13 + 1),
        new CodecCase<GlobalRequestMessage>(new("keepalive@openssh.com", true, default), "50 s'keepalive@openssh.com' 01", "no fields"),
        new CodecCase<RequestSuccessMessage>(new(Octets.Of("u32:40000")), "51 u32:40000", truncatedBelow: 1),
        new CodecCase<RequestFailureMessage>(default, "52"),
        new CodecCase<ChannelOpenMessage>(
            new("direct-tcpip", 3, 2_097_152, 32_768, Octets.Of("s'example.net' u32:443 s'127.0.0.1' u32:50000")),
            "5a s'direct-tcpip' u32:3 u32:2097152 u32:32768 s'example.net' u32:443 s'127.0.0.1' u32:50000",
            truncatedBelow: 1 + 4 + 12 + 12),
        new CodecCase<ChannelOpenMessage>(new("session", 0, 1, 2, default), "5a s'session' u32:0 u32:1 u32:2", "session"),
        new CodecCase<ChannelOpenConfirmationMessage>(new(1, 2, 3, 4, default), "5b u32:1 u32:2 u32:3 u32:4"),
        new CodecCase<ChannelOpenConfirmationMessage>(new(1, 2, 3, 4, Hex("aa")), "5b u32:1 u32:2 u32:3 u32:4 aa", "fields", truncatedBelow: 17),
        new CodecCase<ChannelOpenFailureMessage>(
            new(7, ChannelOpenFailureReason.ConnectFailed, "Connection refused", ""), "5c u32:7 u32:2 s'Connection refused' s''"),
        new CodecCase<ChannelWindowAdjustMessage>(new(1, 0xffffffff), "5d u32:1 ffffffff"),
        new CodecCase<ChannelEofMessage>(new(5), "60 u32:5"),
        new CodecCase<ChannelCloseMessage>(new(5), "61 u32:5"),
        new CodecCase<ChannelRequestMessage>(
            new(5, "exec", true, Octets.Of("s'uptime'")), "62 u32:5 s'exec' 01 s'uptime'", truncatedBelow: 1 + 4 + 4 + 4 + 1),
        new CodecCase<ChannelRequestMessage>(new(5, "shell", false, default), "62 u32:5 s'shell' 00", "no fields"),
        new CodecCase<ChannelSuccessMessage>(new(5), "63 u32:5"),
        new CodecCase<ChannelFailureMessage>(new(5), "64 u32:5"),
    ];

    /// <summary>Connection layer: type-specific fields.</summary>
    public static IReadOnlyList<CodecCase> Fields =>
    [
        new CodecCase<TcpipForwardFields>(new("localhost", 8080), "s'localhost' u32:8080"),
        new CodecCase<TcpipForwardReplyFields>(new(40_000), "u32:40000"),
        new CodecCase<TunOpenFields>(new(TunOpenFields.Ethernet, TunOpenFields.AnyUnit), "u32:2 7fffffff"),
        new CodecCase<TunnelLeaseRequestFields>(new(7), "u32:7"),
        new CodecCase<TunnelLeaseFields>(
            new(1400, 86_400, ["10.9.0.2/32", "fd09::2/128"], ["10.9.0.1", "fd09::1"], ["10.0.0.0/8"], [], ["corp.example"]),
            "u32:1400 u32:86400 s'10.9.0.2/32,fd09::2/128' s'10.9.0.1,fd09::1' s'10.0.0.0/8' s'' s'corp.example'"),
        new CodecCase<StreamlocalForwardFields>(new("/run/x.sock"), "s'/run/x.sock'"),
        new CodecCase<HostKeysFields>(new([Hex("0102"), Hex("")]), "s:0102 u32:0", decodesAt: [0, 6]),
        new CodecCase<TcpipOpenFields>(new("example.net", 443, "127.0.0.1", 50_000), "s'example.net' u32:443 s'127.0.0.1' u32:50000"),
        new CodecCase<DirectStreamlocalFields>(new("/run/x.sock", "", 0), "s'/run/x.sock' s'' u32:0"),
        new CodecCase<ForwardedStreamlocalFields>(new("/run/x.sock", ""), "s'/run/x.sock' s''"),
        new CodecCase<ExitStatusFields>(new(255), "u32:255"),
        new CodecCase<ExitSignalFields>(new("TERM", true, "terminated", "en"), "s'TERM' 01 s'terminated' s'en'"),
        new CodecCase<ExecFields>(new("uptime"), "s'uptime'"),
        new CodecCase<SubsystemFields>(new("sftp"), "s'sftp'"),
        new CodecCase<EnvFields>(new("LANG", "C.UTF-8"), "s'LANG' s'C.UTF-8'"),
        new CodecCase<PtyReqFields>(new("xterm", 80, 24, 640, 480, Hex("00")), "s'xterm' u32:80 u32:24 u32:640 u32:480 s:00"),
        new CodecCase<TerminalModes>(new([]), "00", "none"),
        new CodecCase<TerminalModes>(new([(129, 38_400), (1, 3), (53, 1)]), "81 u32:38400 01 u32:3 35 u32:1 00"),
        new CodecCase<WindowChangeFields>(new(80, 24, 640, 480), "u32:80 u32:24 u32:640 u32:480"),
        new CodecCase<SignalFields>(new("INT"), "s'INT'"),
    ];
}

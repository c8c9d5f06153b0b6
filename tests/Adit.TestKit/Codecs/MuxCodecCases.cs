using Adit.Wire.SshMux;

namespace Adit.TestKit.Codecs;

/// <summary>Vectors of the multiplexing protocol's messages, composed by hand from OpenSSH's PROTOCOL.mux.</summary>
public static class MuxCodecCases
{
    /// <summary>Every case.</summary>
    public static IReadOnlyList<CodecCase> All { get; } =
    [
        new CodecCase<MuxHelloMessage>(new(4), "00000001 u32:4"),
        new CodecCase<MuxHelloMessage>(new(4, [new("x@adit", new byte[] { 1, 2 })]), "00000001 u32:4 s'x@adit' s:0102", "extension", decodesAt: [8]),
        new CodecCase<MuxNewSessionMessage>(
            new() { RequestId = 1, WantTty = true, WantX11 = true, WantAgent = true, EscapeCharacter = '~', Terminal = "xterm", Command = "ls"u8.ToArray() },
            "10000002 u32:1 s'' u32:1 u32:1 u32:1 u32:0 u32:126 s'xterm' s'ls'",
            "terminal"),
        new CodecCase<MuxNewSessionMessage>(
            new() { RequestId = 2, IsSubsystem = true, Command = "sftp"u8.ToArray(), Environment = ["LANG=C", "A="] },
            "10000002 u32:2 s'' u32:0 u32:0 u32:0 u32:1 ffffffff s'' s'sftp' s'LANG=C' s'A='",
            "subsystem and environment",
            decodesAt: [44, 54]),
        new CodecCase<MuxAliveCheckMessage>(new(3), "10000004 u32:3"),
        new CodecCase<MuxTerminateMessage>(new(4), "10000005 u32:4"),
        new CodecCase<MuxOpenForwardMessage>(new(5, new(MuxForwardKind.Local, "", 8080, "intranet", 80)), "10000006 u32:5 u32:1 s'' u32:8080 s'intranet' u32:80"),
        new CodecCase<MuxOpenForwardMessage>(
            new(5, new(MuxForwardKind.Remote, "/tmp/a", MuxForward.SocketPath, "/tmp/b", MuxForward.SocketPath)),
            "10000006 u32:5 u32:2 s'/tmp/a' fffffffe s'/tmp/b' fffffffe",
            "sockets"),
        new CodecCase<MuxCloseForwardMessage>(new(6, new(MuxForwardKind.Dynamic, "*", 1080, "socks", 0)), "10000007 u32:6 u32:3 s'*' u32:1080 s'socks' u32:0"),
        new CodecCase<MuxForward>(new(MuxForwardKind.Remote, "localhost", 0, "127.0.0.1", 22), "u32:2 s'localhost' u32:0 s'127.0.0.1' u32:22"),
        new CodecCase<MuxNewStdioForwardMessage>(new(7, "db", 5432), "10000008 u32:7 s'' s'db' u32:5432"),
        new CodecCase<MuxStopListeningMessage>(new(8), "10000009 u32:8"),
        new CodecCase<MuxProxyMessage>(new(9), "1000000f u32:9"),
        new CodecCase<MuxOkMessage>(new(10), "80000001 u32:10"),
        new CodecCase<MuxPermissionDeniedMessage>(new(11, "Permission denied"), "80000002 u32:11 s'Permission denied'"),
        new CodecCase<MuxFailureMessage>(new(12, "Port forwarding failed"), "80000003 u32:12 s'Port forwarding failed'"),
        new CodecCase<MuxExitMessage>(new(13, 255), "80000004 u32:13 u32:255"),
        new CodecCase<MuxAliveMessage>(new(14, 4711), "80000005 u32:14 u32:4711"),
        new CodecCase<MuxSessionOpenedMessage>(new(15, 2), "80000006 u32:15 u32:2"),
        new CodecCase<MuxRemotePortMessage>(new(16, 36029), "80000007 u32:16 u32:36029"),
        new CodecCase<MuxTtyAllocFailMessage>(new(17), "80000008 u32:17"),
        new CodecCase<MuxProxyReplyMessage>(new(18), "8000000f u32:18"),
    ];

    /// <summary>The codecs as fuzz targets.</summary>
    public static IReadOnlyList<FuzzTarget> Targets { get; } =
        [.. All.GroupBy(c => c.CodecType).Select(g => new FuzzTarget(g.Key.Name, [.. g.Select(c => c.Vector)], g.First().CheckAny))];
}

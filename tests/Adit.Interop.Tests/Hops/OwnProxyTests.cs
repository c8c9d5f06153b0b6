using Adit.Core;
using Adit.Interop.Tests.Proxies;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Hops;

/// <summary>Our hops through "adit proxy".</summary>
public sealed class OwnProxyTests
{
    [Fact]
    public async Task EveryHop_MeetsOurProxy()
    {
        PeerRequired.Installed("setpriv", "openssl");
        using PeerFolder folder = new("own");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer sink = StreamServer.Sink();
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", $"*:{echo.Port}", "--allow", $"*:{sink.Port}", "--deny", "*", "--user", "alice:secret", "--tls-certificate", certificate.BothFile);
        foreach (string hop in (string[])["socks5h://alice:secret@{0}", "connect://alice:secret@{0}", "connect+tls://alice:secret@{0}?pin=" + certificate.Pin, "connect+upgrade://alice:secret@{0}?ca=" + certificate.CertificateFile])
        {
            string through = string.Format(System.Globalization.CultureInfo.InvariantCulture, hop, $"127.0.0.1:{proxy.Port}");
            await HopProbe.AssertEchoAsync("localhost", echo.Port, through);
            await HopProbe.AssertHalfCloseAsync("127.0.0.1", sink.Port, through);
            await HopProbe.FailAsync(TunnelError.PermissionDenied, "127.0.0.1", Ports.Free(), through);
            await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, through.Replace("secret@", "wrong@", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task WhatFailed_IsToldApart()
    {
        PeerRequired.Installed("setpriv");
        int nobody = Ports.Free();
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", "*:*");
        foreach (string scheme in (string[])["socks5h", "connect"])
        {
            await HopProbe.FailAsync(TunnelError.ConnectionRefused, "127.0.0.1", nobody, $"{scheme}://127.0.0.1:{proxy.Port}");
            await HopProbe.FailAsync(TunnelError.NameNotResolvedAtPeer, "no-such-host.invalid", 80, $"{scheme}://127.0.0.1:{proxy.Port}");
        }
    }

    [Fact]
    public async Task Datagrams_GoThroughItsAssociation()
    {
        PeerRequired.Installed("setpriv");
        await using DatagramEcho echo = new();
        await using AditProxy proxy = await AditProxy.StartAsync("--allow", "*:*");
        await using AditProgram program = new();
        string ready = await program.StartAsync("forward", $"127.0.0.1:0/udp=localhost:{echo.Port}/udp", "--via", $"socks5h://127.0.0.1:{proxy.Port}");
        await DatagramProbe.EchoAsync(System.Net.IPEndPoint.Parse(ready.Split(' ')[1].Replace("/udp", "", StringComparison.Ordinal)), 1, 100, 1472, 9000);
    }
}

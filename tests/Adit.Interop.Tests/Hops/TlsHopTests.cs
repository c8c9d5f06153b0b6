using Adit.Core;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Hops;

/// <summary>tls, connect+tls and connect+upgrade hops through haproxy, stunnel, cupsd, Apache and a proxy of RFC 2817.</summary>
public sealed class TlsHopTests
{
    [Fact]
    public async Task HaProxy_LeadsToWhatIsBehind_WithHalfClose()
    {
        PeerRequired.Installed("haproxy", "openssl", "setpriv");
        using PeerFolder folder = new("tls");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer sink = StreamServer.Sink();
        await using HaProxy echoFront = await HaProxy.StartAsync(certificate, $"127.0.0.1:{echo.Port}");
        await using HaProxy sinkFront = await HaProxy.StartAsync(certificate, $"127.0.0.1:{sink.Port}");
        await HopProbe.AssertEchoAsync("wherever", 1, $"tls://127.0.0.1:{echoFront.Port}?pin={certificate.Pin}");
        await HopProbe.AssertEchoAsync("wherever", 1, $"tls://[::1]:{echoFront.Port}?ca={certificate.CertificateFile}");
        await HopProbe.AssertEchoAsync("wherever", 1, $"tls://127.0.0.1:{echoFront.Port}?ca={certificate.CertificateFile}&sni=localhost");
        await HopProbe.AssertHalfCloseAsync("wherever", 1, $"tls://127.0.0.1:{sinkFront.Port}?insecure");
    }

    [Fact]
    public async Task Stunnel_LeadsToWhatIsBehind_WithHalfClose()
    {
        PeerRequired.Installed("stunnel4", "openssl", "setpriv");
        using PeerFolder folder = new("tls");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer sink = StreamServer.Sink();
        await using Stunnel echoFront = await Stunnel.StartAsync(certificate, $"127.0.0.1:{echo.Port}");
        await using Stunnel sinkFront = await Stunnel.StartAsync(certificate, $"127.0.0.1:{sink.Port}");
        await HopProbe.AssertEchoAsync("wherever", 1, $"tls://localhost:{echoFront.Port}?ca={certificate.CertificateFile}");
        await HopProbe.AssertHalfCloseAsync("wherever", 1, $"tls://localhost:{sinkFront.Port}?pin={certificate.Pin}");
    }

    [Fact]
    public async Task WrongServer_IsToldApart()
    {
        PeerRequired.Installed("haproxy", "openssl", "setpriv");
        using PeerFolder folder = new("tls");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        OpenSslCertificate other = await OpenSslCertificate.MakeAsync(folder, "other");
        await using StreamServer echo = StreamServer.Echo();
        await using HaProxy front = await HaProxy.StartAsync(certificate, $"127.0.0.1:{echo.Port}");
        await using HaProxy strict = await HaProxy.StartAsync(certificate, $"127.0.0.1:{echo.Port}", $"verify required ca-file {other.CertificateFile}");
        TunnelException e = await HopProbe.FailAsync(TunnelError.CertificateNotTrusted, "x", 1, $"tls://localhost:{front.Port}");
        Assert.Contains(certificate.Pin, e.Message, StringComparison.Ordinal);
        await HopProbe.FailAsync(TunnelError.CertificateNotTrusted, "x", 1, $"tls://localhost:{front.Port}?pin={other.Pin}");
        await HopProbe.FailAsync(TunnelError.CertificateNotTrusted, "x", 1, $"tls://localhost:{front.Port}?ca={certificate.CertificateFile}&sni=elsewhere.example");
        await HopProbe.FailAsync(TunnelError.CertificateNotTrusted, "x", 1, $"connect+tls://localhost:{front.Port}?ca={other.CertificateFile}");
        await HopProbe.AssertEchoAsync("x", 1, $"tls://localhost:{strict.Port}?pin={certificate.Pin}&cert={other.CertificateFile}&key={other.KeyFile}");
    }

    [Fact]
    public async Task ConnectWithinTls_ReachesSquidBehindHaProxy()
    {
        PeerRequired.Installed("haproxy", "squid", "openssl", "setpriv", PeerRequired.Root);
        using PeerFolder folder = new("tls");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        await using Squid squid = await Squid.StartAsync(new SquidOptions { Users = new Dictionary<string, string> { ["alice"] = "secret" } });
        await using HaProxy front = await HaProxy.StartAsync(certificate, $"127.0.0.1:{squid.Port}");
        await using StreamServer echo = StreamServer.Echo();
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, $"connect+tls://alice:secret@localhost:{front.Port}?ca={certificate.CertificateFile}");
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"connect+tls://alice:wrong@localhost:{front.Port}?pin={certificate.Pin}");
        await HopProbe.FailAsync(TunnelError.ConnectionRefused, "127.0.0.1", Ports.Free(), $"connect+tls://alice:secret@localhost:{front.Port}?pin={certificate.Pin}");
    }

    [Fact]
    public async Task Upgrade_CarriesConnect_AndSaysNothingBefore()
    {
        PeerRequired.Installed("/usr/bin/python3", "openssl", "setpriv");
        using PeerFolder folder = new("tls");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer sink = StreamServer.Sink();
        (PeerProcess process, int port) = await StartUpgradingAsync(certificate);
        await using PeerProcess proxy = process;
        string hop = $"connect+upgrade://alice:secret@localhost:{port}?ca={certificate.CertificateFile}";
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, hop);
        await HopProbe.AssertHalfCloseAsync("127.0.0.1", sink.Port, hop);
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"connect+upgrade://alice:wrong@localhost:{port}?pin={certificate.Pin}");
        await HopProbe.FailAsync(TunnelError.CertificateNotTrusted, "127.0.0.1", echo.Port, $"connect+upgrade://alice:secret@localhost:{port}");
        string clear = proxy.Output.Text;
        Assert.Contains("OPTIONS * HTTP/1.1", clear, StringComparison.Ordinal);
        Assert.DoesNotContain("CONNECT", clear, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", clear, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrade_RefusesWhatWasPutBehindTheSwitch()
    {
        PeerRequired.Installed("/usr/bin/python3", "openssl", "setpriv");
        using PeerFolder folder = new("tls");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        (PeerProcess process, int port) = await StartUpgradingAsync(certificate, "HTTP/1.1 200 OK\r\n\r\n");
        await using PeerProcess proxy = process;
        await HopProbe.FailAsync(TunnelError.ProtocolViolation, "127.0.0.1", 80, $"connect+upgrade://alice:secret@localhost:{port}?pin={certificate.Pin}");
    }

    [Fact]
    public async Task Upgrade_MeetsCups_WhichTunnelsNothing()
    {
        PeerRequired.Installed("cupsd", "openssl", "setpriv", PeerRequired.Root);
        await using Cups cups = await Cups.StartAsync();
        TunnelException e = await HopProbe.FailAsync(TunnelError.NotSupported, "127.0.0.1", 80, $"connect+upgrade://localhost:{cups.Port}?ca={cups.Certificate.CertificateFile}");
        Assert.Contains("405", e.Message, StringComparison.Ordinal); // which came within TLS
        await HopProbe.FailAsync(TunnelError.CertificateNotTrusted, "127.0.0.1", 80, $"connect+upgrade://localhost:{cups.Port}");
    }

    [Fact]
    public async Task Upgrade_WhereThereIsNone_SendsNothingSecret()
    {
        PeerRequired.Installed("apache2", "squid", "openssl", "setpriv", PeerRequired.Root);
        // Since 2.4.64 Apache upgrades no more, whatever SSLEngine says.
        await using Apache apache = await Apache.StartAsync("Basic");
        await using Squid squid = await Squid.StartAsync(new SquidOptions { Users = new Dictionary<string, string> { ["alice"] = "secret" } });
        TunnelException e = await HopProbe.FailAsync(TunnelError.NotSupported, "127.0.0.1", 80, $"connect+upgrade://alice:secret@127.0.0.1:{apache.Port}?insecure");
        Assert.Contains("nothing secret was sent", e.Message, StringComparison.Ordinal);
        await HopProbe.FailAsync(TunnelError.NotSupported, "127.0.0.1", 80, $"connect+upgrade://alice:secret@127.0.0.1:{squid.Port}?insecure");
        Assert.DoesNotContain("CONNECT", squid.AccessLog, StringComparison.Ordinal);
    }

    private static async Task<(PeerProcess Process, int Port)> StartUpgradingAsync(OpenSslCertificate certificate, string stray = "")
    {
        PeerProcess process = await PeerProcess.StartAsync(
            "/usr/bin/python3", "-u", Path.Combine(AppContext.BaseDirectory, "Peers", "rfc2817_proxy.py"), certificate.CertificateFile, certificate.KeyFile, "alice", "secret", stray);
        string ready = await process.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready PORT\"");
        return (process, int.Parse(ready["ready ".Length..]));
    }
}

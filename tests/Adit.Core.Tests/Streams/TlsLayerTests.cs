using System.Net;
using System.Security.Cryptography.X509Certificates;
using Adit.Core.Certificates;
using Adit.Core.Streams;

namespace Adit.Core.Tests.Streams;

public sealed class TlsLayerTests : IDisposable
{
    private const int Patience = 60_000;

    private readonly KeyedCertificate _certificate = SelfSigned.Create(["gate.example", "127.0.0.1"]);

    private static CancellationToken Over => TestContext.Current.CancellationToken;

    public void Dispose() => _certificate.Dispose();

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EachDirectionEndsAlone_AndAllArrives(bool sockets)
    {
        (TlsLayer client, TlsLayer server) = await MeetAsync(new TlsClientOptions { ServerName = "gate.example", Pins = [_certificate.Pin] }, sockets);
        await using TlsLayer a = client, b = server;
        Assert.Equal("gate.example", b.ServerName);
        byte[] forth = Octets(1_000_003, 1);
        byte[] back = Octets(2_000_003, 2);
        Task writing = Task.Run(async () =>
        {
            await a.WriteAsync(forth, Over);
            await a.CompleteWritesAsync(Over);
        }, Over);
        Assert.Equal(forth, await ReadToEndAsync(b));
        await writing;
        Assert.Equal(TunnelError.Closed, (await Assert.ThrowsAsync<TunnelException>(async () => await a.WriteAsync(new byte[1], Over))).Error);
        Task answering = Task.Run(async () =>
        {
            // The other direction goes on after the end of the first.
            await b.WriteAsync(back, Over);
            await b.CompleteWritesAsync(Over);
        }, Over);
        Assert.Equal(back, await ReadToEndAsync(a));
        await answering;
        Assert.False(a.WasTruncated);
        Assert.False(b.WasTruncated);
    }

    [Fact(Timeout = Patience)]
    public async Task EndWithoutCloseNotify_IsTold()
    {
        (TlsLayer client, TlsLayer server) = await MeetAsync(new TlsClientOptions { ServerName = "gate.example", Pins = [_certificate.Pin] }, sockets: true);
        await using TlsLayer a = client;
        await server.WriteAsync("partial"u8.ToArray(), Over);
        await server.DisposeAsync();
        Assert.Equal("partial"u8.ToArray(), await ReadToEndAsync(a));
        Assert.True(a.WasTruncated);
    }

    [Fact(Timeout = Patience)]
    public async Task Abort_ReachesBothSides()
    {
        (TlsLayer client, TlsLayer server) = await MeetAsync(new TlsClientOptions { ServerName = "gate.example", Pins = [_certificate.Pin] }, sockets: true);
        await using TlsLayer a = client, b = server;
        Task<int> pending = a.ReadAsync(new byte[10], Over).AsTask();
        b.Abort(TunnelError.Reset);
        Assert.Equal(TunnelError.Reset, (await Assert.ThrowsAsync<TunnelException>(() => pending)).Error);
        Assert.Equal(TunnelError.Reset, (await Assert.ThrowsAsync<TunnelException>(() => b.ReadAsync(new byte[10], Over).AsTask())).Error);
    }

    [Fact(Timeout = Patience)]
    public async Task Reading_GoesOnAfterACancelledRead()
    {
        (TlsLayer client, TlsLayer server) = await MeetAsync(new TlsClientOptions { ServerName = "gate.example", Pins = [_certificate.Pin] }, sockets: true);
        await using TlsLayer a = client, b = server;
        using var cancel = new CancellationTokenSource();
        Task<int> pending = a.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        await b.WriteAsync("later"u8.ToArray(), Over);
        byte[] buffer = new byte[10];
        Assert.Equal(5, await a.ReadAsync(buffer, Over));
    }

    [Fact(Timeout = Patience)]
    public async Task UnknownAuthority_OtherName_OtherPin_AreRefused()
    {
        TunnelException e = await RefusedAsync(new TlsClientOptions { ServerName = "gate.example" });
        Assert.Equal(TunnelError.CertificateNotTrusted, e.Error);
        Assert.Contains(_certificate.Pin.ToString(), e.Message, StringComparison.Ordinal);

        e = await RefusedAsync(new TlsClientOptions { ServerName = "other.example", Authorities = [_certificate.Leaf] });
        Assert.Equal(TunnelError.CertificateNotTrusted, e.Error);
        Assert.Contains("name: expected other.example, got gate.example", e.Message, StringComparison.Ordinal);

        using KeyedCertificate other = SelfSigned.Create(["gate.example"]);
        e = await RefusedAsync(new TlsClientOptions { ServerName = "gate.example", Pins = [other.Pin], Authorities = [_certificate.Leaf] });
        Assert.Equal(TunnelError.CertificateNotTrusted, e.Error);
        Assert.Contains($"pin: expected {other.Pin}, got {_certificate.Pin}", e.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("gate.example")]
    [InlineData("127.0.0.1")]
    public async Task KnownAuthority_IsTrustedForItsNames(string name)
    {
        using var authority = X509Certificate2.CreateFromPem(_certificate.Leaf.ExportCertificatePem());
        (TlsLayer client, TlsLayer server) = await MeetAsync(new TlsClientOptions { ServerName = name, Authorities = [authority] }, sockets: false);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task AnyCertificate_IsTakenOnlyWhereThatIsAsked()
    {
        (TlsLayer client, TlsLayer server) = await MeetAsync(new TlsClientOptions { ServerName = "other.example", DangerousAcceptAnyCertificate = true }, sockets: false);
        await client.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task WhoSpeaksNoTls_IsToldApart()
    {
        using var pair = new MemoryStreamPair();
        Task<TlsLayer> connecting = TlsLayer.ConnectAsync(pair.First, new TlsClientOptions { ServerName = "x" }, Over);
        await pair.Second.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Over);
        Assert.Equal(TunnelError.ProtocolViolation, (await Assert.ThrowsAsync<TunnelException>(() => connecting)).Error);

        using var ended = new MemoryStreamPair();
        connecting = TlsLayer.ConnectAsync(ended.First, new TlsClientOptions { ServerName = "x" }, Over);
        ended.Second.Dispose();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => connecting);
        Assert.True(e.Error is TunnelError.ConnectionLost or TunnelError.Reset, e.ToString());
    }

    [Fact(Timeout = Patience)]
    public async Task SilentPeer_EndsWithTheCallersPatience()
    {
        using var pair = new MemoryStreamPair();
        using var patience = new CancellationTokenSource();
        Task<TlsLayer> connecting = TlsLayer.ConnectAsync(pair.First, new TlsClientOptions { ServerName = "x" }, patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    private async Task<TunnelException> RefusedAsync(TlsClientOptions options)
    {
        using var pair = new MemoryStreamPair();
        Task<TlsLayer> accepting = TlsLayer.AcceptAsync(pair.Second, new TlsServerOptions { Certificate = _certificate }, Over);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => TlsLayer.ConnectAsync(pair.First, options, Over));
        try
        {
            await (await accepting).DisposeAsync();
        }
        catch (TunnelException)
        {
            // The server is told as well, perhaps only after its handshake (TLS 1.3).
        }

        return e;
    }

    private async Task<(TlsLayer Client, TlsLayer Server)> MeetAsync(TlsClientOptions options, bool sockets)
    {
        (DuplexStream near, DuplexStream far) = sockets ? await ConnectAsync() : Pair();
        Task<TlsLayer> accepting = TlsLayer.AcceptAsync(far, new TlsServerOptions { Certificate = _certificate }, Over);
        TlsLayer client = await TlsLayer.ConnectAsync(near, options, Over);
        return (client, await accepting);
    }

    private static (DuplexStream Near, DuplexStream Far) Pair()
    {
        var pair = new MemoryStreamPair();
        return (pair.First, pair.Second);
    }

    private static async Task<(DuplexStream Near, DuplexStream Far)> ConnectAsync()
    {
        await using IStreamListener listener = await new SocketBinder().BindAsync(new TcpDestination(IPAddress.Loopback.ToString(), 0), Over);
        Task<Incoming?> accepting = listener.AcceptAsync(Over).AsTask();
        DuplexStream near = await new SocketDialer().DialAsync(new DialRequest(listener.BoundAt), Over);
        return (near, (await accepting)!.Stream);
    }

    private static byte[] Octets(int length, int seed)
    {
        byte[] octets = new byte[length];
        new Random(seed).NextBytes(octets);
        return octets;
    }

    private static async Task<byte[]> ReadToEndAsync(DuplexStream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Over);
        return all.ToArray();
    }
}

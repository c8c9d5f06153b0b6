using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Adit.Core.Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Listeners.Http;

/// <summary>
/// TLS 1.2 and 1.3 beneath the web server, HTTP/2 and HTTP/1.1 by ALPN. The web server's own layer asks for a container and makes small records; this one
/// does neither.
/// </summary>
/// <param name="next">The web server.</param>
/// <param name="certificate">What it proves itself with.</param>
/// <param name="logger">Where failed handshakes are told.</param>
internal sealed partial class WebTls(ConnectionDelegate next, KeyedCertificate certificate, ILogger logger)
{
    // Ours: octets of a record and more, so that what is written at once is sealed at once.
    private const int BufferLength = 32 * 1024;

    // Ours: as long as a head may take.
    private static readonly TimeSpan HandshakeTime = TimeSpan.FromSeconds(10);

    private readonly SslServerAuthenticationOptions _options = new()
    {
        ServerCertificateContext = certificate.Context,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    /// <summary>Serves one connection to its end.</summary>
    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        IDuplexPipe below = connection.Transport;
        await using var tls = new SslStream(new PipeStream(below), leaveInnerStreamOpen: true);
        try
        {
            using var limit = new CancellationTokenSource(HandshakeTime);
            await tls.AuthenticateAsServerAsync(_options, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not ArgumentException)
        {
            LogNoHandshake(logger, connection.RemoteEndPoint, (e.InnerException ?? e).Message);
            return;
        }

        var features = new Features(tls.NegotiatedApplicationProtocol.Protocol);
        connection.Features.Set<ITlsConnectionFeature>(features);
        connection.Features.Set<ITlsApplicationProtocolFeature>(features);
        PipeReader reader = PipeReader.Create(tls, new StreamPipeReaderOptions(bufferSize: BufferLength, leaveOpen: true, useZeroByteReads: true));
        PipeWriter writer = PipeWriter.Create(tls, new StreamPipeWriterOptions(minimumBufferSize: BufferLength, leaveOpen: true));
        connection.Transport = new Pipes(reader, writer);
        try
        {
            await next(connection).ConfigureAwait(false);
            await tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The connection is gone.
        }
        finally
        {
            connection.Transport = below;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "no TLS with {Source}: {Why}")]
    private static partial void LogNoHandshake(ILogger logger, System.Net.EndPoint? source, string why);

    private sealed class Features(ReadOnlyMemory<byte> protocol) : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public ReadOnlyMemory<byte> ApplicationProtocol => protocol;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Adit.Gateway.Listeners.Http;

/// <summary>What the web server may be made to hold. All ours.</summary>
internal static class WebLimits
{
    public static void Apply(KestrelServerLimits limits)
    {
        // Carriers last, are long, and are silent at times: no bounds for them. A stranger's body is not read at all.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxConcurrentUpgradedConnections = null;

        // A stranger's connection: 16 KiB of head within 10 s, and a minute of silence after an answer.
        limits.MaxConcurrentConnections = 10_000;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);

        // A carrier's data under way: a socket that does not take it, a gateway that does not read it.
        limits.MaxResponseBufferSize = 512 * 1024;
        limits.MaxRequestBufferSize = 1024 * 1024;

        // 4 MiB a stream carries 40 MB/s over 100 ms; streams that nobody reads hold no more than the connection's window.
        limits.Http2.InitialStreamWindowSize = 4 * 1024 * 1024;
        limits.Http2.InitialConnectionWindowSize = 8 * 1024 * 1024;
        limits.Http2.MaxFrameSize = 64 * 1024;
        limits.Http2.MaxStreamsPerConnection = 100;
    }
}

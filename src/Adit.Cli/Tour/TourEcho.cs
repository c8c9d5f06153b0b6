using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Cli.Tour;

/// <summary>Sends back what it receives, until its peer ends its direction.</summary>
internal sealed class TourEcho : IAsyncDisposable
{
    private const int BufferLength = 64 * 1024;
    private readonly IStreamListener _listener;
    private readonly Task _serving;

    private TourEcho(IStreamListener listener)
    {
        _listener = listener;
        _serving = ServeAsync();
    }

    public Destination At => _listener.BoundAt;

    public static async Task<TourEcho> StartAsync(Destination at) => new(await new SocketBinder().BindAsync(at).ConfigureAwait(false));

    /// <summary>The same on listeners that were opened elsewhere.</summary>
    public static TourEcho Start(IStreamListener listener) => new(listener);

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(false);
    }

    private static async Task EchoAsync(DuplexStream stream)
    {
        byte[] buffer = new byte[BufferLength];
        try
        {
            await using (stream.ConfigureAwait(false))
            {
                while (await stream.ReadAsync(buffer).ConfigureAwait(false) is var count and > 0) await stream.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                await stream.CompleteWritesAsync().ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // The tunnel broke: its row says so.
        }
    }

    private async Task ServeAsync()
    {
        while (await _listener.AcceptAsync().ConfigureAwait(false) is { } incoming) _ = EchoAsync(incoming.Stream);
    }
}

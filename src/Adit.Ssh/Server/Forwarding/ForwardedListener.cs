using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>A listener that a client asked for (RFC 4254 §7.1), and the channels opened from it. Disposing it releases the address; its channels go on.</summary>
internal sealed class ForwardedListener : IAsyncDisposable
{
    private readonly SshConnection _connection;
    private readonly IStreamListener _listener;
    private readonly ForwardingOptions _options;
    private readonly IForwardingObserver _observer;
    private readonly SemaphoreSlim _pending;

    public ForwardedListener(SshConnection connection, Destination asked, IStreamListener listener, ForwardingOptions options, IForwardingObserver observer)
    {
        _connection = connection;
        _listener = listener;
        _options = options;
        _observer = observer;
        _pending = new SemaphoreSlim(options.PendingOpens);
        // The client knows it by the address that it asked for, with the port it was told.
        Place = asked is TcpDestination tcp && listener.BoundAt is TcpDestination bound ? tcp with { Port = bound.Port } : asked;
    }

    /// <summary>The address that the client asked for, with the port that was bound.</summary>
    public Destination Place { get; }

    public void Start() => _ = AcceptAsync();

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _pending.WaitAsync(_connection.Over).ConfigureAwait(false);
                if (await _listener.AcceptAsync(_connection.Over).ConfigureAwait(false) is not { } incoming) return;
                _ = ForwardAsync(incoming);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The session is over, and with it the listener.
        }
    }

    private async Task ForwardAsync(Incoming incoming)
    {
        SshChannel channel;
        try
        {
            channel = await OpenAsync(incoming).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            incoming.Stream.Abort(TunnelError.Closed);
            _observer.OnRefusedByClient(Place, e is OperationCanceledException ? "no answer" : e.Message);
            return;
        }
        finally
        {
            _pending.Release();
        }

        await _observer.RelayAsync("forwarded from", Place, incoming.Source, channel, incoming.Stream).ConfigureAwait(false);
    }

    private async Task<SshChannel> OpenAsync(Incoming incoming)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_connection.Over);
        patience.CancelAfter(_options.ConfirmTimeout);
        return Place switch
        {
            TcpDestination tcp => await _connection.OpenChannelAsync(
                "forwarded-tcpip",
                SshChannel.Encode(new TcpipOpenFields(tcp.Host, (uint)tcp.Port, incoming.Source?.Address.ToString() ?? "127.0.0.1", (uint)(incoming.Source?.Port ?? 0))),
                cancellationToken: patience.Token).ConfigureAwait(false),
            UnixDestination unix => await _connection.OpenChannelAsync(
                "forwarded-streamlocal@openssh.com", SshChannel.Encode(new ForwardedStreamlocalFields(unix.Path, "")), cancellationToken: patience.Token).ConfigureAwait(false),
            _ => throw new InvalidOperationException("ssh: listener: expected TCP or unix"),
        };
    }
}

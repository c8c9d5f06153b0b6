using System.Collections.Concurrent;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Admission;
using Adit.Gateway.Listeners;
using Adit.Ssh.Keys;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Serving;

/// <summary>
/// A running gateway: one SSH server behind its listeners. Everything a start can fail at (keys, folders, addresses) fails in
/// <see cref="StartAsync"/>; disposing stops listening, says goodbye to every session and releases all, within <see cref="StopTime"/>.
/// </summary>
public sealed partial class GatewayServer : IAsyncDisposable
{
    /// <summary>How long sessions get for an orderly end before they are cut. Ours: what a person or a service manager waits for without a thought.</summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromSeconds(1.5);

    // Ours: how long, and for how many at once, a client that is turned away is given a reason.
    private static readonly TimeSpan TurnAwayTime = TimeSpan.FromSeconds(1);
    private const int MostTurnedAway = 64;

    private readonly GatewayContext _context;
    private readonly IReadOnlyList<SocketListener> _listeners;
    private readonly IReadOnlyList<SshPrivateKey> _hostKeys;
    private readonly ConnectionGate _gate;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<GatewaySession, Task> _sessions = new();
    private readonly Task[] _accepting;
    private readonly RefusalLog _refusals;
    private long _number;
    private int _turningAway;
    private int _disposed;

    internal GatewayServer(GatewayContext context, ConnectionGate gate, IReadOnlyList<SocketListener> listeners, IReadOnlyList<SshPrivateKey> hostKeys)
    {
        _context = context;
        _gate = gate;
        _listeners = listeners;
        _hostKeys = hostKeys;
        _refusals = new RefusalLog(context.Logger, context.Time);
        _accepting = [.. listeners.Select(AcceptAsync)];
    }

    /// <summary>Where it listens, one a socket, ports resolved.</summary>
    public IReadOnlyList<ListenUri> Listening =>
        [.. _listeners.SelectMany(l => l.EndPoints).OfType<System.Net.IPEndPoint>().Select(e => new ListenUri("tcp", e.Address.ToString(), e.Port))];

    /// <summary>The public host keys.</summary>
    public IReadOnlyList<SshPublicKey> HostKeys => [.. _hostKeys.Select(k => k.PublicKey)];

    /// <summary>The files of authorised keys.</summary>
    public IReadOnlyList<string> AuthorizedKeysFiles => [.. _context.AuthorizedKeys.Select(f => f.Path)];

    /// <summary>How many keys may log in now.</summary>
    public int AuthorizedKeyCount => _context.AuthorizedKeys.Sum(f => f.Read().Entries.Count);

    /// <summary>How many sessions there are, those that are logging in included.</summary>
    public int SessionCount => _sessions.Count;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (SocketListener listener in _listeners) await listener.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_accepting).ConfigureAwait(false);
        GatewaySession[] sessions = [.. _sessions.Keys];
        Task goodbye = Task.WhenAll(sessions.Select(s => s.StopAsync("the gateway stopped").AsTask()));
        Task all = Task.WhenAll([goodbye, .. _sessions.Values]);
        await Task.WhenAny(all, Task.Delay(StopTime, _context.Time)).ConfigureAwait(false);
        if (!all.IsCompleted)
        {
            foreach (GatewaySession session in sessions) session.Abort();
            await Task.WhenAny(all, Task.Delay(TimeSpan.FromMilliseconds(250), _context.Time)).ConfigureAwait(false);
        }

        foreach (SshPrivateKey key in _hostKeys) key.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(SocketListener listener)
    {
        while (true)
        {
            Incoming? incoming;
            try
            {
                incoming = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever one connection brings, the next one is served.
                LogAcceptFailed(_context.Logger, listener.BoundAt, e);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _context.Time).ConfigureAwait(false);
                continue;
            }

            if (incoming is null) return;
            Admit(incoming);
        }
    }

    private void Admit(Incoming incoming)
    {
        if (!_gate.TryEnter(incoming.Source?.Address, null, out PendingLogin? login, out string? why))
        {
            _refusals.Add(incoming.Source, why!);
            _ = TurnAwayAsync(incoming.Stream, why!.StartsWith("max-startups", StringComparison.Ordinal) ? "Exceeded MaxStartups\r\n" : "Not allowed at this time\r\n");
            return;
        }

        var session = new GatewaySession(_context, Interlocked.Increment(ref _number), incoming);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _sessions[session] = ended.Task;
        _ = RunAsync(session, login!, ended);
    }

    private async Task RunAsync(GatewaySession session, PendingLogin login, TaskCompletionSource ended)
    {
        // Off the accept loop: a handshake's arithmetic must not keep the next connection waiting.
        await Task.Yield();
        try
        {
            await session.RunAsync(login, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogSessionFailed(_context.Logger, session.Name, e);
        }
        finally
        {
            _sessions.TryRemove(session, out _);
            ended.SetResult();
        }
    }

    /// <summary>
    /// Says one line and closes. RFC 4253 §4.2 lets a server send lines before its identification; clients show them with -v. Closing with octets
    /// unread would reset the connection and take the line with it, so what the client has sent is read first, for a moment and by a few at once.
    /// </summary>
    private async Task TurnAwayAsync(DuplexStream stream, string line)
    {
        await using (stream.ConfigureAwait(false))
        {
            if (Interlocked.Increment(ref _turningAway) <= MostTurnedAway)
            {
                using var moment = new CancellationTokenSource(TurnAwayTime, _context.Time);
                try
                {
                    await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(line), moment.Token).ConfigureAwait(false);
                    await stream.CompleteWritesAsync(moment.Token).ConfigureAwait(false);
                    byte[] sink = new byte[512];
                    for (int reads = 0; reads < 8 && await stream.ReadAsync(sink, moment.Token).ConfigureAwait(false) > 0; reads++)
                    {
                    }
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // It is gone, or slow.
                }
            }

            Interlocked.Decrement(ref _turningAway);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Listener}: a connection could not be accepted")]
    private static partial void LogAcceptFailed(ILogger logger, Destination listener, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Connection}: unexpected failure")]
    private static partial void LogSessionFailed(ILogger logger, string connection, Exception exception);
}

using System.Diagnostics;
using System.Globalization;
using Adit.Cli.Ssh.Sharing;
using Adit.Cli.Ssh.Terminal;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Adit.Gateway.Status;
using Adit.Ssh.Client;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary>One connection of <c>adit ssh</c>, from the first octet to the exit code.</summary>
/// <param name="line">The command line.</param>
/// <param name="config">What it means.</param>
/// <param name="log">The log.</param>
/// <param name="ready">Called once the connection and its forwards stand, with whether it is shared; says whether this process only serves clients. Null for nobody.</param>
internal sealed class SshRun(SshCommandLine line, SshConfig config, SshLog log, Func<bool, bool>? ready = null) : IAsyncDisposable
{
    // Ours: how long a reader of our output may take once the connection is gone.
    private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(5);

    // Ours: how long one attempt of --reconnect may take where ConnectTimeout does not say; a path that swallows packets must not hold up the next.
    private static readonly TimeSpan AttemptPatience = TimeSpan.FromSeconds(20);

    private readonly SshForwards _forwards = new(config, log);
    private RemoteSession? _session;
    private bool _isServing;
    private HopChain? _via;
    private SshTunnel? _tunnel;

    /// <summary>Connects, serves, and says how it ended.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        UnmetKeywords.Tell(config, log);
        var dialogue = new SshDialogue(log.Info);
        if (line.Via.Count > 0) _via = BuiltInHops.Create(dialogue, log, line.ConfigFile).Chain(line.Via, new SocketDialer(config.ConnectTimeout));
        var connector = new SshConnector(dialogue, log, _via, new SshConfigRequest { Host = "", ConfigFile = line.ConfigFile });
        if (line.StdioForward is null && config.SessionType != SshSessionType.None) _session = new RemoteSession(line.Command ?? config.RemoteCommand, config, _forwards, log);
        if (line.Reconnects) return await RunForeverAsync(connector, cancellationToken);
        long began = Stopwatch.GetTimestamp();
        await using SshRoute route = await connector.ConnectAsync(config, cancellationToken);
        await using ControlSocket? status = _via is { IsLifeline: true } ? SshStatus.Open(_via, config.HostName, route.Client, log) : null;
        if (config.ForwardAgent && (_session is not null || SshMaster.IsWanted(config))) await AgentForwarding.ServeAsync(route, config, log, cancellationToken);
        await using SshMaster? master = route.IsSuspect ? null : SshMaster.TryStart(route.Client, _forwards, config, log);
        if (!await SetUpAsync(route, route.Client, cancellationToken)) return SshCommand.Failed;
        if ((_tunnel is { } tunnel ? config.LocalCommandWith(tunnel.Device) : config.LocalCommand) is { } local) await LocalCommand.RunAsync(local, log, cancellationToken);
        _isServing = ready?.Invoke(master is not null) ?? false;
        int code = await ServeAsync(route, master, cancellationToken);
        TellTransferred(route.Client, Stopwatch.GetElapsedTime(began));
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        _session?.Dispose();
        await _forwards.DisposeAsync();
        if (_tunnel is not null) await _tunnel.DisposeAsync();
        if (_via is not null) await _via.DisposeAsync();
    }

    private async Task<int> RunForeverAsync(SshConnector connector, CancellationToken cancellationToken)
    {
        if (line.StdioForward is not null || config.SessionType != SshSessionType.None)
        {
            throw new TunnelException(TunnelError.BadConfiguration, "adit ssh: --reconnect: expected tunnels only (-N), since a command cannot be taken up again");
        }

        bool isSetUp = false;
        ReconnectingSession? session = null;
        session = new ReconnectingSession(
            token => connector.ConnectAsync(config.ConnectTimeout is null ? config with { ConnectTimeout = AttemptPatience } : config, token),
            async (route, token) =>
            {
                if (!isSetUp)
                {
                    if (!await SetUpAsync(route, session!, token)) throw new TunnelException(TunnelError.BadConfiguration, "forwards: expected all of them to stand (ExitOnForwardFailure), got failures");
                    isSetUp = true;
                    ready?.Invoke(false);
                }
                else if (!route.IsSuspect)
                {
                    await _forwards.RequestAsync(route.Client, token);
                    if (_tunnel is not null) await _tunnel.RequestAsync(route.Client, token);
                }

                _ = RetryAsync(route.Client, token);
            },
            logger: log);
        await session.RunAsync(cancellationToken);
        return SshCommand.Failed;
    }

    private async Task RetryAsync(SshClient client, CancellationToken cancellationToken)
    {
        try
        {
            await _forwards.RetryAsync(client, cancellationToken);
        }
        catch (Exception e) when (e is TunnelException or OperationCanceledException)
        {
            // The session is over.
        }
    }

    private async Task<bool> SetUpAsync(SshRoute route, IStreamDialer dialer, CancellationToken cancellationToken)
    {
        if (route.IsSuspect && (_forwards.Any || config.Tunnel != "no"))
        {
            log.Error("Port forwarding is disabled to avoid man-in-the-middle attacks.");
            return !config.ExitOnForwardFailure;
        }

        bool all = await _forwards.ListenAsync(dialer, cancellationToken);
        if (!all && config.ExitOnForwardFailure) return false;
        all &= await _forwards.RequestAsync(route.Client, cancellationToken);
        if (!all && config.ExitOnForwardFailure) return false;
        if (config.Tunnel != "no" && !await TunnelAsync(route.Client, cancellationToken) && config.ExitOnForwardFailure) return false;
        log.Debug("Entering interactive session.");
        return true;
    }

    private async Task<bool> TunnelAsync(SshClient client, CancellationToken cancellationToken)
    {
        if (!SshTunnel.TryOpen(config, line.Lease, log, out _tunnel))
        {
            if (config.ExitOnForwardFailure) log.Fatal("Could not request tunnel forwarding.");
            else log.Error("Could not request tunnel forwarding.");
            return false;
        }

        return await _tunnel.RequestAsync(client, cancellationToken);
    }

    private async Task<int> ServeAsync(SshRoute route, SshMaster? master, CancellationToken cancellationToken)
    {
        SshClient client = route.Client;
        bool hasOutput = !_isServing && (line.StdioForward is not null || config.SessionType != SshSessionType.None);
        Task<int> work = !hasOutput ? WaitAsync(cancellationToken)
            : line.StdioForward is { } target ? ForwardStdioAsync(client, target, cancellationToken)
            : _session!.RunAsync(client, cancellationToken);
        Task told = master?.Ended ?? Task.Delay(Timeout.Infinite, cancellationToken);
        // What was received before the end of the connection is still written out.
        Task first = await Task.WhenAny(work, client.Connection.Closed, told);
        if (first == told && told.IsCompletedSuccessfully) return SshCommand.Failed;
        if (first != work && hasOutput) await Task.WhenAny(work, Task.Delay(OutputPatience, cancellationToken));
        if (first == work && master is not null) await Task.WhenAny(master.WaitUnusedAsync(cancellationToken), client.Connection.Closed, told);
        // "ssh -f -w 0:1 host true" of ssh(1): the tunnel outlives the command.
        if (first == work && _tunnel is not null) await Task.WhenAny(_tunnel.Closed, client.Connection.Closed, told);
        _session?.EndTerminal();
        if (work.IsCompleted && (client.Connection.CloseReason is null || (work.IsCompletedSuccessfully && work.Result != SshCommand.Failed)))
        {
            int code = await work;
            if (_session is { HasTerminal: true }) log.Info($"Connection to {config.HostName} closed.");
            return code;
        }

        TellLost(client);
        return SshCommand.Failed;
    }

    private void TellTransferred(SshClient client, TimeSpan time)
    {
        (long sent, long received) = client.Connection.Octets;
        double seconds = Math.Max(time.TotalSeconds, 0.001);
        log.Verbose(string.Create(CultureInfo.InvariantCulture, $"Transferred: sent {sent}, received {received} bytes, in {seconds:0.0} seconds"));
        log.Verbose(string.Create(CultureInfo.InvariantCulture, $"Bytes per second: sent {sent / seconds:0.0}, received {received / seconds:0.0}"));
    }

    private void TellLost(SshClient client)
    {
        switch (client.Connection.CloseReason)
        {
            case TunnelException { Error: TunnelError.TimedOut }:
                log.Info($"Timeout, server {config.HostName} not responding.");
                break;
            case TunnelException { Error: TunnelError.ConnectionLost or TunnelError.Reset } e when e.Message.Contains("closed by remote host", StringComparison.Ordinal):
                log.Info($"Connection to {config.HostName} closed by remote host.");
                break;
            case { } reason:
                log.Error($"Connection to {config.HostName} lost: {reason.Message}");
                break;
        }
    }

    private static async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return 0;
    }

    private async Task<int> ForwardStdioAsync(SshClient client, TcpDestination target, CancellationToken cancellationToken)
    {
        DuplexStream stream;
        try
        {
            stream = await client.DialAsync(new DialRequest(target), cancellationToken);
        }
        catch (TunnelException e) when (client.Connection.CloseReason is null)
        {
            log.Info(e.Message);
            log.Fatal("stdio forwarding failed");
            return SshCommand.Failed;
        }

        await using (stream)
        {
            if (config.StdinNull) await stream.CompleteWritesAsync(cancellationToken);
            else StandardStreams.PumpInput(stream);
            bool complete = await StandardStreams.PumpOutput(1, stream.ReadAsync).WaitAsync(cancellationToken);
            return complete ? 0 : SshCommand.Failed;
        }
    }
}

using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Adit.Ssh.Client;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary>One connection of <c>adit ssh</c>, from the first octet to the exit code.</summary>
/// <param name="line">The command line.</param>
/// <param name="config">What it means.</param>
/// <param name="log">The log.</param>
internal sealed class SshRun(SshCommandLine line, SshConfig config, SshLog log) : IAsyncDisposable
{
    // Ours: how long a reader of our output may take once the connection is gone.
    private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(5);

    // Ours: how long one attempt of --reconnect may take where ConnectTimeout does not say; a path that swallows packets must not hold up the next.
    private static readonly TimeSpan AttemptPatience = TimeSpan.FromSeconds(20);

    private readonly SshForwards _forwards = new(config, log);
    private HopChain? _via;

    /// <summary>Connects, serves, and says how it ended.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var dialogue = new SshDialogue(log.Info);
        if (line.Via.Count > 0) _via = BuiltInHops.Create(dialogue, log, line.ConfigFile).Chain(line.Via, new SocketDialer(config.ConnectTimeout));
        var connector = new SshConnector(dialogue, log, _via, new SshConfigRequest { Host = "", ConfigFile = line.ConfigFile });
        if (line.Reconnects) return await RunForeverAsync(connector, cancellationToken);
        await using SshRoute route = await connector.ConnectAsync(config, cancellationToken);
        if (!await SetUpAsync(route, route.Client, cancellationToken)) return SshCommand.Failed;
        return await ServeAsync(route.Client, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _forwards.DisposeAsync();
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
                }
                else if (!route.IsSuspect)
                {
                    await _forwards.RequestAsync(route.Client, token);
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
        if (route.IsSuspect && _forwards.Any)
        {
            log.Error("Port forwarding is disabled to avoid man-in-the-middle attacks.");
            return !config.ExitOnForwardFailure;
        }

        bool all = await _forwards.ListenAsync(dialer, cancellationToken);
        if (!all && config.ExitOnForwardFailure) return false;
        all &= await _forwards.RequestAsync(route.Client, cancellationToken);
        if (!all && config.ExitOnForwardFailure) return false;
        log.Debug("Entering interactive session.");
        return true;
    }

    private async Task<int> ServeAsync(SshClient client, CancellationToken cancellationToken)
    {
        bool hasOutput = line.StdioForward is not null || config.SessionType != SshSessionType.None;
        Task<int> work = line.StdioForward is { } target ? ForwardStdioAsync(client, target, cancellationToken)
            : hasOutput ? RunSessionAsync(client, cancellationToken)
            : WaitAsync(cancellationToken);
        // What was received before the end of the connection is still written out.
        if (await Task.WhenAny(work, client.Connection.Closed) != work && hasOutput) await Task.WhenAny(work, Task.Delay(OutputPatience, cancellationToken));
        if (work.IsCompleted && (client.Connection.CloseReason is null || (work.IsCompletedSuccessfully && work.Result != SshCommand.Failed))) return await work;
        TellLost(client);
        return SshCommand.Failed;
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

    private async Task<int> RunSessionAsync(SshClient client, CancellationToken cancellationToken)
    {
        await using SshSession session = await SshSession.OpenAsync(client, cancellationToken);
        SendEnvironment(session);
        string? command = line.Command ?? config.RemoteCommand;
        if (config.SessionType == SshSessionType.Subsystem && command is not null) await session.StartSubsystemAsync(command, cancellationToken);
        else if (command is not null) await session.ExecuteAsync(command, cancellationToken);
        else
        {
            if (config.RequestTty is RequestTty.Auto && !Console.IsInputRedirected) log.Info("Pseudo-terminals are not there yet: this shell has none.");
            await session.StartShellAsync(cancellationToken);
        }

        if (config.StdinNull) await session.Stream.CompleteWritesAsync(cancellationToken);
        else StandardStreams.PumpInput(session.Stream);
        Task<bool> output = StandardStreams.PumpOutput(1, session.Stream.ReadAsync);
        Task<bool> error = StandardStreams.PumpOutput(2, session.ReadStandardErrorAsync);
        SshExit exit = await session.WaitAsync(cancellationToken);
        await Task.WhenAll(output, error).WaitAsync(cancellationToken);
        if (client.Connection.CloseReason is null && _forwards.Any) await Task.WhenAny(_forwards.WaitIdleAsync(cancellationToken), client.Connection.Closed);
        if (exit.Signal is { } signal) log.Info($"Command ended by signal {signal}.");
        return exit.Status is { } status ? (int)(status & 0xff) : SshCommand.Failed;
    }

    private void SendEnvironment(SshSession session)
    {
        foreach ((string name, string value) in config.SetEnv) session.SetEnvironment(name, value);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (config.SendEnv.Any(pattern => SshPattern.IsMatch(name, pattern))) session.SetEnvironment(name, (string?)variable.Value ?? "");
        }
    }
}

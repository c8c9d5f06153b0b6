using Adit.Core;
using Adit.Platform.Libc;
using Adit.Ssh.Client;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh.Terminal;

/// <summary>The session of <c>adit ssh</c>: a command, shell or subsystem at the server, on a terminal or not.</summary>
/// <param name="command">What to run; null for a shell.</param>
/// <param name="config">What ssh_config says.</param>
/// <param name="forwards">The connection's forwards, which may outlast the command.</param>
/// <param name="log">The log.</param>
internal sealed class RemoteSession(string? command, SshConfig config, SshForwards forwards, SshLog log) : IDisposable
{
    private const int Input = 0;

    private readonly bool _wantsTerminal = WantsTerminal(command, config, log);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SessionTerminal? _terminal;

    /// <summary>Whether the session has, or had, a terminal.</summary>
    public bool HasTerminal { get; private set; }

    /// <summary>Runs it to its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(SshClient client, CancellationToken cancellationToken)
    {
        await using SshSession session = await SshSession.OpenAsync(client, cancellationToken);
        if (client.AgentRelay is not null)
        {
            log.Debug("Requesting authentication agent forwarding.");
            session.OfferAgent();
        }

        Task<bool>? made = null;
        if (_wantsTerminal)
        {
            HasTerminal = true;
            var pty = SessionTerminal.Describe(Input); // as it is before it turns raw
            _terminal = new SessionTerminal(Input);
            log.IsRaw = () => _terminal?.Raw is { IsRaw: true };
            made = session.RequestTerminalAsync(pty, cancellationToken);
        }

        SendEnvironment(session);
        await StartAsync(session, cancellationToken);
        if (made is not null && !await made)
        {
            log.Error("PTY allocation request failed on channel 0");
            EndTerminal();
            HasTerminal = false;
            // As with ssh(1): whoever asks for one by name does not go on without.
            if (config.RequestTty is RequestTty.Yes or RequestTty.Force) return SshCommand.Failed;
        }

        await StartInputAsync(client, session);
        Task<bool> output = StandardStreams.PumpOutput(1, session.Stream.ReadAsync, broken: session.EndOutput);
        Task<bool> error = StandardStreams.PumpOutput(2, session.ReadStandardErrorAsync, broken: static () => { });
        Task<SshExit> ended = session.WaitAsync(cancellationToken);
        if (await Task.WhenAny(ended, _left.Task) == _left.Task) return SshCommand.Failed; // ~.
        SshExit exit = await ended;
        await Task.WhenAll(output, error).WaitAsync(cancellationToken);
        if (client.Connection.CloseReason is null && forwards.Any)
        {
            // The terminal stays as it is, so that ~. still ends the wait.
            await Task.WhenAny(forwards.WaitIdleAsync(cancellationToken), client.Connection.Closed, _left.Task);
        }

        EndTerminal();
        if (exit.Signal is { } signal) log.Debug($"Command ended by signal {signal}.");
        log.Debug($"Exit status {(exit.Status is { } told ? (int)told : -1)}");
        return exit.Status is { } status ? (int)(status & 0xff) : SshCommand.Failed;
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void EndTerminal()
    {
        SessionTerminal? terminal = Interlocked.Exchange(ref _terminal, null);
        terminal?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => EndTerminal();

    /// <summary>ssh(1): a shell gets a terminal, a command only when it is asked for; without a terminal here only <c>-tt</c> gets one.</summary>
    public static bool WantsTerminal(string? command, SshConfig config, SshLog log)
    {
        bool wants = config.RequestTty switch
        {
            RequestTty.No => false,
            RequestTty.Auto => command is null && config.SessionType == SshSessionType.Default,
            _ => config.SessionType != SshSessionType.None,
        };
        if (!wants || config.RequestTty == RequestTty.Force || (Termios.IsTerminal(Input) && !config.StdinNull)) return wants;
        log.Info("Pseudo-terminal will not be allocated because stdin is not a terminal.");
        return false;
    }

    private async Task StartAsync(SshSession session, CancellationToken cancellationToken)
    {
        if (config.SessionType == SshSessionType.Subsystem)
        {
            await session.StartSubsystemAsync(command ?? throw new TunnelException(TunnelError.BadConfiguration, "You must specify a subsystem to invoke."), cancellationToken);
        }
        else if (command is not null)
        {
            log.Debug($"Sending command: {command}");
            await session.ExecuteAsync(command, cancellationToken);
        }
        else
        {
            await session.StartShellAsync(cancellationToken);
        }
    }

    private async Task StartInputAsync(SshClient client, SshSession session)
    {
        if (config.StdinNull)
        {
            await session.Stream.CompleteWritesAsync();
        }
        else if (_terminal is { } terminal)
        {
            terminal.Follow(session);
            terminal.TellSize();
            var escapes = new EscapeCommands(terminal, client, session, config, log, new ForwardCommandLine(forwards, client, config), () => _left.TrySetResult());
            TerminalInput.Start(Input, session.Stream, config.EscapeCharacter, escapes.Perform);
        }
        else
        {
            StandardStreams.PumpInput(session.Stream);
        }
    }

    private void SendEnvironment(SshSession session)
    {
        foreach ((string name, string value) in config.SetEnv)
        {
            log.Debug($"channel 0: setting env {name}");
            session.SetEnvironment(name, value);
        }

        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (!config.SendEnv.Any(pattern => SshPattern.IsMatch(name, pattern))) continue;
            log.Debug($"channel 0: setting env {name}");
            session.SetEnvironment(name, (string?)variable.Value ?? "");
        }
    }
}

using Adit.Cli.Ssh.Sharing;
using Adit.Core;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary>
/// Decides who does the work of a command line: a master that exists, this process, or a helper of it in the background, whose client this process then is.
/// </summary>
/// <param name="line">The command line.</param>
/// <param name="words">The same as it was typed, after <c>ssh</c>.</param>
/// <param name="config">What it means.</param>
/// <param name="log">The log.</param>
/// <param name="helper">Present in a helper.</param>
internal sealed class SshStart(SshCommandLine line, IReadOnlyList<string> words, SshConfig config, SshLog log, BackgroundHelper? helper)
{
    /// <summary>Whether a session or <c>-W</c> uses the standard streams.</summary>
    private bool HasWork => line.StdioForward is not null || config.SessionType != SshSessionType.None;

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TunnelException">There is no connection.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var control = new SshControl(line, config, log);
        if (line.Control is { } command) return await control.CommandAsync(command, cancellationToken);
        if (config.ForkAfterAuthentication && config.SessionType == SshSessionType.Default && (line.Command ?? config.RemoteCommand) is null)
        {
            throw new TunnelException(TunnelError.BadConfiguration, "Cannot fork into background without a command to execute.");
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        helper?.Watch(end.Cancel);
        bool sharesInBackground = SshMaster.IsWanted(config) && config.ControlPersist is not null && !line.Reconnects;
        bool wantsHelper = config.ForkAfterAuthentication || sharesInBackground;
        if (helper is null && wantsHelper) return await StartHelperAsync(control, end.Token);
        // -f is a matter of the helper's: what goes to the background is the client of the master.
        if (SshControl.MayShare(config) && (helper is null || config.ForkAfterAuthentication) && !line.Reconnects)
        {
            if (await control.TryRunAsync(helper is null ? null : () => Detach(isServing: false), end.Token) is { } code) return code;
        }

        await using var run = new SshRun(line, config, log, helper is null ? null : isMaster => OnReady(isMaster && sharesInBackground));
        return await run.RunAsync(end.Token);
    }

    private async Task<int> StartHelperAsync(SshControl control, CancellationToken cancellationToken)
    {
        if (!config.ForkAfterAuthentication && SshControl.MayShare(config) && await control.TryRunAsync(null, cancellationToken) is { } done) return done;
        if (await BackgroundHelper.StartAsync(words, cancellationToken) is { } failed) return failed;
        if (config.ForkAfterAuthentication || !HasWork) return 0;
        log.Debug("control_persist_detach: backgrounding master process");
        // Whatever the configuration says, this process is a client now.
        var client = new SshControl(line, config with { ControlMaster = ControlMaster.No }, log);
        return await client.TryRunAsync(null, cancellationToken)
            ?? throw new TunnelException(TunnelError.ConnectionLost, "Failed to connect to new control master");
    }

    /// <summary>The connection stands, with its forwards.</summary>
    /// <returns>Whether this process only serves clients, whatever the command line asks for.</returns>
    private bool OnReady(bool isMaster)
    {
        bool isServing = isMaster && !config.ForkAfterAuthentication;
        if (config.ForkAfterAuthentication || isMaster) Detach(isServing);
        else helper!.Stay(); // another master has the socket: this is a connection like any other
        return isServing;
    }

    private void Detach(bool isServing)
    {
        log.Debug("forking to background");
        helper!.Detach(keepsOutput: HasWork && !isServing, keepsLog: line.LogFile is null && config.LogLevel >= SshLogLevel.Debug1);
    }
}

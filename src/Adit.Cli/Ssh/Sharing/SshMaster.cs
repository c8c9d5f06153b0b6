using System.Globalization;
using System.Runtime.InteropServices;
using Adit.Ssh.Client;
using Adit.Ssh.Config;
using Adit.Ssh.Multiplexing;
using ControlMaster = Adit.Ssh.Multiplexing.ControlMaster;
using MasterMode = Adit.Ssh.Config.ControlMaster;

namespace Adit.Cli.Ssh.Sharing;

/// <summary>The master of <c>adit ssh</c>: a control socket as the configuration asks for it, and the signals that go with it.</summary>
internal sealed class SshMaster : IAsyncDisposable
{
    private readonly ControlMaster _master;
    private readonly SharedForwards _forwards;
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration _resized;
    private readonly PosixSignalRegistration? _hangUp;

    private SshMaster(ControlMaster master, SharedForwards forwards)
    {
        _master = master;
        _forwards = forwards;
        Ended = Task.WhenAny(master.Ended, _hungUp.Task);
        // A client whose terminal changes its size tells it by this signal.
        _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => master.ResizeWindows());
        // The socket is not left behind with a terminal that goes; nohup(1) keeps its word.
        if (!IsHangUpIgnored()) _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, HangUp);
    }

    /// <summary>Completes when the master is to end.</summary>
    public Task Ended { get; }

    /// <summary>Whether a configuration asks for a master.</summary>
    public static bool IsWanted(SshConfig config) => config.ControlPath is not null && config.ControlMaster != MasterMode.No;

    /// <summary>Makes the control socket.</summary>
    /// <returns>Null where none is wanted, or another master has it; that is told.</returns>
    /// <exception cref="Core.TunnelException">The socket cannot be made.</exception>
    public static SshMaster? TryStart(SshClient client, SshForwards forwards, SshConfig config, SshLog log)
    {
        if (!IsWanted(config) || config.ControlPath is not { } path) return null;
        var shared = new SharedForwards(forwards, client, config);
        log.Debug("setting up multiplex master socket");
        ControlMaster? master = ControlMaster.TryListen(
            new ControlMasterOptions
            {
                Path = path,
                Host = config.HostName,
                Permits = config.ControlMaster is MasterMode.Ask or MasterMode.AutoAsk ? PermissionQuestion.AskAsync : null,
                Persist = config.ControlPersist,
                SendEnvironment = config.SendEnv,
                SetEnvironment = config.SetEnv,
                ForwardsAgent = client.AgentRelay is not null,
                EndsWhenStopped = config.ControlPersist is not null || config.SessionType == SshSessionType.None,
            },
            client,
            shared,
            log);
        if (master is not null) return new SshMaster(master, shared);
        shared.Dispose();
        log.Error($"ControlSocket {path} already exists, disabling multiplexing");
        return null;
    }

    /// <summary>Waits, after the master's own session, until nobody needs the connection: its clients are gone, and with ControlPersist its time is over.</summary>
    public Task WaitUnusedAsync(CancellationToken cancellationToken) =>
        _master.Options.Persist is null ? _master.WaitIdleAsync(cancellationToken) : Ended.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _resized.Dispose();
        _hangUp?.Dispose();
        await _master.DisposeAsync();
        _forwards.Dispose();
    }

    private static bool IsHangUpIgnored()
    {
        try
        {
            // proc(5): the mask of ignored signals, SIGHUP its lowest bit.
            string? ignored = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
            return ignored is not null && ulong.TryParse(ignored.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask) && (mask & 1) != 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void HangUp(PosixSignalContext context)
    {
        context.Cancel = true;
        _hungUp.TrySetResult();
    }
}

using System.Runtime.InteropServices;
using System.Text;
using Adit.Cli.Ssh.Terminal;
using Adit.Core;
using Adit.Platform.Processes;
using Adit.Ssh.Config;
using Adit.Ssh.Multiplexing;
using Adit.Wire.SshMux;
using Microsoft.Win32.SafeHandles;

namespace Adit.Cli.Ssh.Sharing;

internal sealed partial class SshControl
{
    private async Task<int?> RunSessionAsync(ControlClient client, Action? detach, CancellationToken cancellationToken)
    {
        if (await client.CheckAsync(cancellationToken) is not { } master)
        {
            log.Error("mux_client_request_session: master alive request failed");
            return null;
        }

        string? command = line.Command ?? config.RemoteCommand;
        bool hasTerminal = RemoteSession.WantsTerminal(command, config, log);
        using SafeFileHandle? nothing = config.StdinNull ? File.OpenHandle("/dev/null") : null;
        int input = nothing is null ? 0 : (int)nothing.DangerousGetHandle();
        ControlReply reply = await client.OpenSessionAsync(Describe(command, hasTerminal), (input, 1, 2), cancellationToken);
        switch (reply.Outcome)
        {
            case ControlOutcome.Done:
                break;
            case ControlOutcome.Denied:
                log.Error($"Master refused session request: {reply.Reason}");
                return null;
            case ControlOutcome.Failed:
                log.Error($"mux_client_request_session: session request failed: {reply.Reason}");
                return null;
            default:
                log.Error($"mux_client_request_session: read from master failed: {reply.Reason}");
                return null;
        }

        log.Debug($"mux_client_request_session: master session id: {reply.Value}");
        detach?.Invoke();
        uint? status;
        using (RawTerminal? raw = hasTerminal && detach is null ? RawTerminal.TryEnter(0) : null)
        using (RelayWindowChanges(master)) status = await client.WaitAsync(() => raw?.Leave(), cancellationToken);
        if (hasTerminal && config.LogLevel >= SshLogLevel.Info) StandardStreams.Tell($"Shared connection to {config.HostName} closed.\r\n");
        if (status is null) log.Debug("Control master terminated unexpectedly");
        return status is { } told ? (int)(told & 0xff) : SshCommand.Failed;
    }

    private async Task<int?> ForwardStdioAsync(ControlClient client, TcpDestination target, Action? detach, CancellationToken cancellationToken)
    {
        using SafeFileHandle? nothing = config.StdinNull ? File.OpenHandle("/dev/null") : null;
        int input = nothing is null ? 0 : (int)nothing.DangerousGetHandle();
        ControlReply reply = await client.OpenStdioForwardAsync(target, (input, 1), cancellationToken);
        switch (reply.Outcome)
        {
            case ControlOutcome.Done:
                detach?.Invoke();
                await client.WaitAsync(null, cancellationToken);
                return 0;
            case ControlOutcome.Denied:
                return Fatal($"Master refused stdio forwarding request: {reply.Reason}");
            case ControlOutcome.Failed:
                return Fatal($"Stdio forwarding request failed: {reply.Reason}");
            default:
                log.Error($"mux_client_request_stdio_fwd: read from master failed: {reply.Reason}");
                return null;
        }
    }

    // -N: the forwards are the master's; this one stays as long as they can.
    private static async Task<int?> WaitAsync(ControlClient client, Action? detach, CancellationToken cancellationToken)
    {
        detach?.Invoke();
        await client.WaitAsync(null, cancellationToken);
        return SshCommand.Failed;
    }

    private MuxNewSessionMessage Describe(string? command, bool hasTerminal)
    {
        var environment = new List<string>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (config.SendEnv.Any(pattern => SshPattern.IsMatch(name, pattern))) environment.Add($"{name}={variable.Value}");
        }

        environment.AddRange(config.SetEnv.Select(v => $"{v.Key}={v.Value}"));
        return new MuxNewSessionMessage
        {
            WantTty = hasTerminal,
            WantX11 = config.ForwardX11,
            WantAgent = config.ForwardAgent,
            IsSubsystem = config.SessionType == SshSessionType.Subsystem,
            EscapeCharacter = config.EscapeCharacter is { } escape ? escape : MuxNewSessionMessage.NoEscape,
            Terminal = config.SetEnv.FirstOrDefault(v => v.Key == "TERM").Value ?? Environment.GetEnvironmentVariable("TERM") ?? "",
            Command = Encoding.UTF8.GetBytes(command ?? ""),
            Environment = environment.Count > MuxNewSessionMessage.MaximumVariables ? environment[..MuxNewSessionMessage.MaximumVariables] : environment,
        };
    }

    // The master has the terminal, but hears nothing of its changes: signals go to those whose terminal it is.
    private static PosixSignalRegistration RelayWindowChanges(uint master) =>
        PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ =>
        {
            if (master is > 1 and <= int.MaxValue) BackgroundProcess.Signal((int)master, BackgroundProcess.WindowChanged);
        });
}

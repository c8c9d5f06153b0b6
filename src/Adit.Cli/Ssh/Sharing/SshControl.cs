using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Ssh.Config;
using Adit.Ssh.Multiplexing;
using Adit.Wire.SshMux;
using MasterMode = Adit.Ssh.Config.ControlMaster;

namespace Adit.Cli.Ssh.Sharing;

/// <summary>
/// <c>adit ssh</c> as the client of a master: <c>-O</c>, and sessions over a connection that stands already. Its words and exit codes are ssh(1)'s,
/// names of its functions included, since scripts look for them.
/// </summary>
internal sealed partial class SshControl(SshCommandLine line, SshConfig config, SshLog log)
{
    /// <summary>Whether a session may go through a master that exists; <c>-M</c> wants to be one.</summary>
    public static bool MayShare(SshConfig config) => config.ControlPath is not null && config.ControlMaster is MasterMode.No or MasterMode.Auto or MasterMode.AutoAsk;

    /// <summary>Performs <c>-O</c>.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> CommandAsync(ControlCommand command, CancellationToken cancellationToken)
    {
        if (config.ControlPath is not { } path) return Fatal("No ControlPath specified for \"-O\" command");
        ControlClient client;
        try
        {
            client = await ControlClient.ConnectAsync(path, cancellationToken);
        }
        catch (DescriptorException e)
        {
            return Fatal(e.Message);
        }
        catch (TunnelException e)
        {
            log.Error(e.Message);
            return Fatal("muxclient: master hello exchange failed");
        }

        using (client)
        {
            switch (command)
            {
                case ControlCommand.Check:
                    if (await client.CheckAsync(cancellationToken) is not { } pid) return Fatal("muxclient: master alive check failed");
                    StandardStreams.Tell($"Master running (pid={pid})\r\n");
                    return 0;
                case ControlCommand.Exit:
                    return End(await client.TerminateAsync(cancellationToken), "Exit request sent.", "termination request", "mux_client_request_terminate");
                case ControlCommand.Stop:
                    return End(await client.StopListeningAsync(cancellationToken), "Stop listening request sent.", "stop listening request", "mux_client_request_stop_listening");
                case ControlCommand.Forward:
                    return await ForwardAsync(client, cancels: false, printsPort: true, cancellationToken) ? 0 : Fatal("muxclient: master forward request failed");
                default:
                    if (!await ForwardAsync(client, cancels: true, printsPort: false, cancellationToken)) log.Error("muxclient: master cancel forward request failed");
                    return 0;
            }
        }
    }

    /// <summary>Runs what the command line asks for through a master.</summary>
    /// <param name="detach">Called when the session stands: <c>-f</c>.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    /// <returns>The exit code; null when there is no master, or it refused, so that a connection of its own is due.</returns>
    public async Task<int?> TryRunAsync(Action? detach, CancellationToken cancellationToken)
    {
        string path = config.ControlPath!;
        if (config.ControlMaster != MasterMode.No) log.Debug($"auto-mux: Trying existing master at '{path}'");
        ControlClient client;
        try
        {
            client = await ControlClient.ConnectAsync(path, cancellationToken);
        }
        catch (DescriptorException e)
        {
            TellAbsent(path, e);
            return null;
        }
        catch (TunnelException e) when (e.Error == TunnelError.BadConfiguration)
        {
            return Fatal(e.Message);
        }
        catch (TunnelException e)
        {
            log.Error(e.Message);
            log.Error("muxclient: master hello exchange failed");
            return null;
        }

        using (client)
        {
            try
            {
                if (line.StdioForward is { } target) return await ForwardStdioAsync(client, target, detach, cancellationToken);
                if (!await ForwardAsync(client, cancels: false, printsPort: false, cancellationToken))
                {
                    log.Error("muxclient: master forward request failed");
                    return null;
                }

                if (config.SessionType == SshSessionType.None) return await WaitAsync(client, detach, cancellationToken);
                return await RunSessionAsync(client, detach, cancellationToken);
            }
            catch (IOException e)
            {
                return Fatal(e.Message);
            }
        }
    }

    private void TellAbsent(string path, DescriptorException e)
    {
        if (e.ErrorNumber == DescriptorException.ConnectionRefused && config.ControlMaster != MasterMode.No)
        {
            log.Debug($"Stale control socket {path}, unlinking");
            try
            {
                File.Delete(path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                log.Debug($"{path}: {failure.Message}");
            }
        }
        else if (e.ErrorNumber == DescriptorException.NoSuchFile)
        {
            log.Debug($"Control socket \"{path}\" does not exist");
        }
        else
        {
            log.Error(e.Message);
        }
    }

    private int Fatal(string text)
    {
        log.Fatal(text);
        return SshCommand.Failed;
    }

    private int End(ControlReply reply, string done, string what, string function)
    {
        switch (reply.Outcome)
        {
            case ControlOutcome.Denied:
                return Fatal($"Master refused {what}: {reply.Reason}");
            case ControlOutcome.Failed:
                return Fatal($"{function}: {what} failed: {reply.Reason}");
            default:
                // A master that ends may do so before its answer has left.
                if (config.LogLevel != SshLogLevel.Quiet) StandardStreams.Tell(done + "\r\n");
                return 0;
        }
    }

    /// <summary>Asks for every forward of the command line and the configuration, or for the end of each.</summary>
    private async Task<bool> ForwardAsync(ControlClient client, bool cancels, bool printsPort, CancellationToken cancellationToken)
    {
        bool all = true;
        foreach (MuxForward forward in SharedForwards.Of(config))
        {
            string listen = forward.ListenPort == MuxForward.SocketPath ? forward.ListenHost : $"{forward.ListenHost}:{forward.ListenPort}";
            log.Debug($"Requesting {(cancels ? "cancellation" : "forwarding")} of {forward.Kind.ToString().ToLowerInvariant()} forward {listen} -> {forward.ConnectHost}:{(int)forward.ConnectPort}");
            ControlReply reply = cancels ? await client.CloseForwardAsync(forward, cancellationToken) : await client.OpenForwardAsync(forward, cancellationToken);
            switch (reply.Outcome)
            {
                case ControlOutcome.Done:
                    if (reply.Value == 0) break;
                    log.Verbose($"Allocated port {reply.Value} for remote forward to {forward.ConnectHost}:{(int)forward.ConnectPort}");
                    if (printsPort) StandardStreams.Print($"{reply.Value}\n");
                    break;
                case ControlOutcome.Denied:
                    log.Error($"Master refused forwarding request: {reply.Reason}");
                    all = false;
                    break;
                case ControlOutcome.Failed:
                    log.Error($"mux_client_forward: forwarding request failed: {reply.Reason}");
                    all = false;
                    break;
                default:
                    return false;
            }
        }

        return all;
    }
}

using System.Buffers;
using System.Text;
using Adit.Core;
using Adit.Core.Relay;
using Adit.Platform.Descriptors;
using Adit.Platform.Processes;
using Adit.Ssh.Channels;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Server.Sessions;

/// <summary>
/// The program and its streams. Without a terminal it has three pipes, and the session ends once it has ended and nobody, background children
/// included, holds the writing ends any more. With one it ends once the terminal does: the kernel hangs it up when the program, its session's leader,
/// ends. Standard output goes from the descriptor straight into packets, input straight from them; a client that does not read stops the program.
/// </summary>
internal sealed partial class SessionChannel
{
    /// <summary>Ours: octets that a pipe may hold, so that a program and this process need not take turns every 64 KiB.</summary>
    private const int PipeLength = 256 * 1024;

    private const int ErrorLength = 32 * 1024;

    // Exit statuses of sshd.
    private const uint CannotStart = 1;
    private const uint NoLogin = 254;

    /// <summary>Ours: octets of a file for people that are shown.</summary>
    private const int GreatestText = 64 * 1024;

    /// <summary>Runs the session to its end.</summary>
    public async Task RunAsync(SshChannel channel)
    {
        try
        {
            if (await Task.WhenAny(_asked.Task, channel.ClosedByPeer).ConfigureAwait(ConfigureAwaitOptions.ForceYielding) == _asked.Task)
            {
                await ServeAsync(channel, await _asked.Task.ConfigureAwait(false)).ConfigureAwait(false);
            }

            await channel.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            lock (_gate) _over = true;
            // The master's end is the hangup of all that runs in the terminal.
            _terminal?.Dispose();
            if (_child is null) _service.Release();
            else _ = _child.ExitedAsync.ContinueWith(static (_, self) => ((SessionService)self!).Release(), _service, TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(SshChannel channel, SessionRequest request)
    {
        using ProgramEnds ends = _terminal is null ? ProgramEnds.OfPipes(PipeLength) : ProgramEnds.Of(_terminal);
        Task errorSent = ends.Error is null ? Task.CompletedTask : SendErrorAsync(ends.Error, channel);
        await using var program = new ProgramStream(ends.Output, ends.Input, errorSent, () => OnInputBroken(channel));
        lock (_gate)
        {
            _program = program;
            if (_outputUnwanted) program.CloseOutput();
        }

        Task<RelayResult> relay = channel.RelayAsync(program);
        uint status;
        try
        {
            status = await StartAsync(request, ends, channel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            LogFailed(_logger, _options.Name, request.Kind, e.Message);
            await ends.TellAsync(e.Message + "\n", channel.ClosedByPeer).ConfigureAwait(false);
            status = CannotStart;
        }

        ends.CloseChilds();
        ProcessExit exit = new((int)status);
        if (_child is not null)
        {
            if (await Task.WhenAny(_child.ExitedAsync, channel.ClosedByPeer).ConfigureAwait(false) == channel.ClosedByPeer)
            {
                // A terminal hangs up. What has none is left to find its pipes broken; as with sshd, the client is told how it ends.
                _terminal?.Dispose();
                await Task.WhenAny(_child.ExitedAsync, channel.Closed).ConfigureAwait(false);
            }

            if (_child.ExitedAsync.IsCompleted) exit = await _child.ExitedAsync.ConfigureAwait(false);
            else LogAbandoned(_logger, _options.Name, channel.Id, _child.Id);
        }

        await Task.WhenAny(program.Ended, channel.ClosedByPeer).ConfigureAwait(false);
        if (exit.Signal is { } signal) channel.CloseWithExitSignal(SessionSignals.NameOf(signal), exit.CoreDumped);
        else channel.CloseWithExitStatus((uint)(exit.Status ?? 255));
        if (_child is { ExitedAsync.IsCompleted: true }) LogEnded(_logger, _options.Name, channel.Id, exit.Signal is { } s ? $"signal {s}" : $"status {exit.Status}");
        await channel.Closed.ConfigureAwait(false);
        await program.DisposeAsync().ConfigureAwait(false);
        await relay.ConfigureAwait(false);
    }

    /// <summary>Starts what was asked for, after all that comes before it.</summary>
    /// <returns>The status that the session ends with where nothing was started.</returns>
    private async Task<uint> StartAsync(SessionRequest request, ProgramEnds ends, SshChannel channel)
    {
        UserAccount account = _service.Account;
        if (account.UserId != 0 && _options.NoLoginFile is { } file && File.Exists(file))
        {
            await ends.TellAsync(ReadText(file), channel.ClosedByPeer).ConfigureAwait(false);
            return NoLogin;
        }

        IReadOnlyList<string> environment = _environment.Build(
            account.Shell, _terminal is { } t ? (_terminalType, t.Path) : null, _agent ? _service.AgentPath : null, request.Original);
        if (_terminal is not null && request.Command is null && _options.MotdFile is { } motd && !HasFile(account, ".hushlogin"))
        {
            await ends.TellAsync(ReadText(motd), channel.ClosedByPeer).ConfigureAwait(false);
        }

        string name = Path.GetFileName(account.Shell);
        var start = new ChildProcessStart
        {
            Program = account.Shell,
            Arguments = request.Command is { } command ? [name, "-c", command] : ["-" + name],
            Environment = environment,
            WorkingDirectory = account.Home,
            Input = ends.ChildInput,
            Output = ends.ChildOutput,
            Error = ends.ChildError,
            NewSession = true,
            Account = _options.Account,
        };
        await RunRcAsync(request, start, channel).ConfigureAwait(false);
        await SpawnAsync(request, start with { Terminal = _terminal?.Path }, ends, channel).ConfigureAwait(false);
        return 0;
    }

    private async Task SpawnAsync(SessionRequest request, ChildProcessStart start, ProgramEnds ends, SshChannel channel)
    {
        ChildProcess child;
        try
        {
            child = ChildProcess.Start(start);
        }
        catch (DescriptorException e)
        {
            // Perhaps it is the home folder that cannot be entered; as with sshd that keeps nobody out.
            child = ChildProcess.Start(start with { WorkingDirectory = "/" });
            await ends.TellAsync($"Could not chdir to home directory {start.WorkingDirectory}: {e.Message}\n", channel.ClosedByPeer).ConfigureAwait(false);
        }

        lock (_gate)
        {
            _child = child;
            // Its output may be with the client, and the answer to it here, before this.
            for (int number = 1; number < 64; number++)
            {
                if ((_earlySignals & (1UL << number)) != 0) child.Signal(number, group: true);
            }
        }

        LogStarted(_logger, _options.Name, channel.Id, request.IsForced ? "forced command" : request.Kind, _service.Account.Name, _terminal?.Path ?? "no terminal", child.Id);
    }

    /// <summary>sshd(8), SSHRC: run before the program, with its output and error, and waited for.</summary>
    private async Task RunRcAsync(SessionRequest request, ChildProcessStart start, SshChannel channel)
    {
        const string usersRc = ".ssh/rc";
        const string systemRc = "/etc/ssh/sshrc";
        if (request.IsSubsystem || _options.ForceCommand is not null) return;
        ChildProcessStart? rc = null;
        if (_options.PermitUserRc && Key.UserRc && HasFile(_service.Account, usersRc)) rc = start with { Arguments = [start.Program, "-c", $"/bin/sh {usersRc}"], Input = null };
        else if (File.Exists(systemRc)) rc = start with { Program = "/bin/sh", Arguments = ["sh", systemRc], Input = null };
        if (rc is null) return;
        try
        {
            ChildProcess child = ChildProcess.Start(rc);
            if (await Task.WhenAny(child.ExitedAsync, channel.ClosedByPeer).ConfigureAwait(false) == channel.ClosedByPeer) child.Signal(SessionSignals.HangUp, group: true);
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            LogFailed(_logger, _options.Name, "rc", e.Message);
        }
    }

    private async Task SendErrorAsync(PolledDescriptor error, SshChannel channel)
    {
        using (error)
        {
            byte[]? buffer = null;
            try
            {
                while (true)
                {
                    await error.WaitReadableAsync().ConfigureAwait(false);
                    buffer ??= ArrayPool<byte>.Shared.Rent(ErrorLength);
                    if (error.TryRead(buffer, out int count))
                    {
                        if (count == 0) break;
                        await channel.WriteStandardErrorAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                    }

                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                }
            }
            catch (Exception e) when (e is DescriptorException or ObjectDisposedException or TunnelException)
            {
                // The channel is closed: the program finds its pipe broken.
            }
            finally
            {
                if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private void OnInputBroken(SshChannel channel)
    {
        // PROTOCOL of OpenSSH §2.1: the client may stop to send what nobody reads. Others do not know it.
        string peer = _service.Connection.PeerSoftwareVersion;
        if (peer.StartsWith("OpenSSH", StringComparison.Ordinal) || peer.StartsWith("Adit", StringComparison.OrdinalIgnoreCase)) channel.Notify("eow@openssh.com", default);
    }

    private bool HasFile(UserAccount account, string name) => ThreadAccount.Run(_options.Account, () => File.Exists(Path.Combine(account.Home, name)));

    private static string ReadText(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] text = new byte[Math.Min(file.Length, GreatestText)];
            return Encoding.UTF8.GetString(text, 0, file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: channel {Channel}: {What} as {Account} on {Terminal}, process {Process}")]
    private static partial void LogStarted(ILogger logger, string connection, uint channel, string what, string account, string terminal, int process);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: channel {Channel}: ended with {Outcome}")]
    private static partial void LogEnded(ILogger logger, string connection, uint channel, string outcome);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: channel {Channel}: closed while process {Process} runs")]
    private static partial void LogAbandoned(ILogger logger, string connection, uint channel, int process);
}

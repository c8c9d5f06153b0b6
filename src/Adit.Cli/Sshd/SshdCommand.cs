using System.Runtime.InteropServices;
using Adit.Cli.Ssh;
using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Gateway.Sshd;
using Adit.Platform.Accounts;
using Adit.Platform.Libc;
using Adit.Platform.Processes;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;

namespace Adit.Cli.Sshd;

/// <summary><c>adit sshd</c>: like sshd(8), options, messages and exit codes too.</summary>
internal static class SshdCommand
{
    // sshd(8): 1 for a wrong command line and where there is no host key, 255 for whatever is fatal
    private const int WrongUsage = 1;
    private const int Fatal = 255;

    /// <summary>Runs the verb.</summary>
    /// <param name="words">The command line after <c>sshd</c>.</param>
    /// <param name="output">Where <c>-T</c> and help go.</param>
    /// <param name="error">Where usage and what is wrong with the command line go; the log has its own stream.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> words, TextWriter output, TextWriter error)
    {
        try
        {
            SshdCommandLine line = SshdCommandLine.Parse(words);
            switch (line.Mode)
            {
                case SshdMode.Help:
                    await output.WriteLineAsync(SshdUsage.Help);
                    return 0;
                case SshdMode.Version:
                    await error.WriteLineAsync(SshUsage.Version);
                    return 0;
                default:
                    return await RunAsync(line, words, output);
            }
        }
        catch (SshdUsageException e)
        {
            await error.WriteLineAsync(e.Message);
            if (e.ShowsUsage) await error.WriteLineAsync($"{SshUsage.Version}\n{SshdUsage.Usage}");
            return WrongUsage;
        }
    }

    private static async Task<int> RunAsync(SshdCommandLine line, IReadOnlyList<string> words, TextWriter output)
    {
        await using Stream? pipe = SshdDaemon.TakePipe();
        using var log = new SshdLog(line.LogFile is { } file ? OpenLog(file) : new DescriptorStream(2, isReadable: false));
        if (line.IsQuiet) log.Level = SshLogLevel.Quiet;
        if (line.Debugging > 0) log.Level = SshLogLevel.Info + 1 + line.Debugging;
        SshdOptions options = line.Options with { KeepsLogLevel = line.IsQuiet || line.Debugging > 0 };
        try
        {
            await using SshdServer server = SshdServer.Load(options, log);
            switch (line.Mode)
            {
                case SshdMode.Test:
                    return 0;
                case SshdMode.ExtendedTest:
                    Print(line, output);
                    return 0;
                case SshdMode.Daemon when pipe is null:
                    if (await SshdDaemon.StartAsync(words) is not { } failure) return 0;
                    throw new TunnelException(TunnelError.BadConfiguration, failure);
                default:
                    if (line is { LogFile: null, LogsToStandardError: false, Debugging: 0 }) log.UseSystemLog(server.Config.SyslogFacility);
                    return await ServeAsync(server, line.Mode, pipe, log);
            }
        }
        catch (TunnelException e)
        {
            SshdDaemon.Tell(pipe, e.Message);
            foreach (string text in e.Message.Split('\n')) log.Write(SshLogLevel.Fatal, text);
            return e.Message.StartsWith("sshd: no hostkeys", StringComparison.Ordinal) ? WrongUsage : Fatal;
        }
    }

    private static async Task<int> ServeAsync(SshdServer server, SshdMode mode, Stream? pipe, SshdLog log)
    {
        if (mode == SshdMode.Inetd)
        {
            (Core.Streams.DuplexStream stream, System.Net.IPEndPoint? source) = InetdStream.Open();
            await server.ServeAsync(stream, source);
            return 0;
        }

        using var signals = new TerminationSignals();
        await server.ListenAsync(signals.Token);
        using PosixSignalRegistration reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = ReloadAsync(server, log);
        });
        if (mode == SshdMode.Debug)
        {
            await Guarded(server.ServeOneAsync(signals.Token));
            return 0;
        }

        string? pidFile = server.Config.PidFile;
        WritePidFile(pidFile, log);
        if (pipe is not null) Directory.SetCurrentDirectory("/");
        SshdDaemon.Tell(pipe, null);
        await Guarded(Task.Delay(Timeout.Infinite, signals.Token));
        log.Write(SshLogLevel.Info, $"Received signal {TerminationSignals.Received}; terminating.");
        if (pidFile is not null) File.Delete(pidFile);
        return TerminationSignals.Received == 15 ? 0 : Fatal;
    }

    private static async Task ReloadAsync(SshdServer server, SshdLog log)
    {
        log.Write(SshLogLevel.Info, "Received SIGHUP; restarting.");
        try
        {
            await server.ReloadAsync();
        }
        catch (Exception e)
        {
            log.Write(SshLogLevel.Error, $"reload: {ErrorLine.Describe(e)}");
        }
    }

    private static async Task Guarded(Task waiting)
    {
        try
        {
            await waiting;
        }
        catch (OperationCanceledException)
        {
            // A signal came.
        }
    }

    private static void Print(SshdCommandLine line, TextWriter output)
    {
        SshdConfiguration configuration = SshdConfiguration.Load(line.Options.Configuration);
        SshdConfig config = configuration.For(line.Connection with { FindGroups = user => UserAccount.Find(user) is { } account ? GroupNames.Of(account) : null });
        if (line.Options.LoginGraceTime is { } grace) config = config with { LoginGraceTime = grace };
        if (line.Options.HostKeys.Count > 0) config = config with { HostKeys = config.HasHostKeys ? [.. line.Options.HostKeys, .. config.HostKeys] : line.Options.HostKeys };
        foreach (string text in SshdConfigDump.Write(config)) output.Write(text + "\n");
        output.Flush();
    }

    private static void WritePidFile(string? path, SshdLog log)
    {
        if (path is null) return;
        try
        {
            File.WriteAllText(path, $"{Environment.ProcessId}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Write(SshLogLevel.Error, $"Couldn't create pid file \"{path}\": {e.Message}");
        }
    }

    private static FileStream OpenLog(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshdUsageException($"Couldn't open logfile {file}: {e.Message}");
        }
    }
}

using Adit.Cli.Ssh.Sharing;
using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Platform.Libc;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary><c>adit ssh</c>: like ssh(1), whose exit code for everything that is not the command's own is 255.</summary>
internal static class SshCommand
{
    /// <summary>The exit code of ssh(1) for whatever goes wrong on this side or on the way.</summary>
    public const int Failed = 255;

    /// <summary>Runs the verb.</summary>
    /// <param name="words">The command line after <c>ssh</c>.</param>
    /// <param name="output">Where help goes.</param>
    /// <param name="error">Where usage and what is wrong with the command line go; the log has its own stream.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> words, TextWriter output, TextWriter error)
    {
        try
        {
            using BackgroundHelper? helper = BackgroundHelper.TryAdopt();
            SshCommandLine line = SshCommandLine.Parse(words);
            switch (line.Invocation)
            {
                case SshInvocation.Help:
                    await output.WriteLineAsync(SshUsage.Help);
                    return 0;
                case SshInvocation.Version:
                    await error.WriteLineAsync(SshUsage.Version);
                    return 0;
                case SshInvocation.Query:
                    return await SshQuery.RunAsync(line.Query, output, error);
                case SshInvocation.Dump:
                    foreach (string each in SshConfigDump.Describe(SshConfigResolver.Resolve(line.ToConfigRequest()))) await output.WriteLineAsync(each);
                    return 0;
                default:
                    return await ConnectAsync(line, words, SshConfigResolver.Resolve(line.ToConfigRequest()), helper);
            }
        }
        catch (SshUsageException e)
        {
            if (e.Message.Length > 0) await error.WriteLineAsync(ErrorLine.Describe(e));
            if (e.ShowsUsage) await error.WriteLineAsync(SshUsage.Usage);
            return Failed;
        }
        catch (TunnelException e)
        {
            await error.WriteLineAsync(ErrorLine.Describe(e));
            return Failed;
        }
    }

    private static async Task<int> ConnectAsync(SshCommandLine line, IReadOnlyList<string> words, SshConfig config, BackgroundHelper? helper)
    {
        using var signals = new TerminationSignals();
        using var log = new SshLog(line.LogsToSystem ? new SyslogStream(config.SyslogFacility) : OpenLog(line.LogFile), config.LogLevel, line.LogsJson);
        foreach (string identity in line.IdentityFiles)
        {
            if (!File.Exists(identity)) log.Info($"Warning: Identity file {identity} not accessible: No such file or directory.");
        }

        try
        {
            return await new SshStart(line, words, config, log, helper).RunAsync(signals.Token);
        }
        catch (OperationCanceledException) when (TerminationSignals.Received is { } signal)
        {
            log.Debug($"Killed by signal {signal}.");
            return Failed;
        }
        catch (OperationCanceledException)
        {
            return Failed; // ^C at a prompt
        }
        catch (TunnelException e)
        {
            log.Fatal(ErrorLine.Describe(e));
            for (Exception? cause = e.InnerException; cause is not null; cause = cause.InnerException) log.Debug($"because: {ErrorLine.Describe(cause)}");
            return Failed;
        }
    }

    private static Stream OpenLog(string? file)
    {
        if (file is null) return new DescriptorStream(2, isReadable: false);
        try
        {
            return new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"Couldn't open logfile {file}: {e.Message}", null, e);
        }
    }
}

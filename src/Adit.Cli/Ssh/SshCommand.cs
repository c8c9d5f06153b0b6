using Adit.Cli.Terminal;
using Adit.Core;
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
    /// <param name="error">Where everything else goes.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> words, TextWriter output, TextWriter error)
    {
        try
        {
            SshCommandLine line = SshCommandLine.Parse(words);
            switch (line.Invocation)
            {
                case SshInvocation.Help:
                    output.WriteLine(SshUsage.Help);
                    return 0;
                case SshInvocation.Version:
                    error.WriteLine(SshUsage.Version);
                    return 0;
                default:
                    SshConfig config = SshConfigResolver.Resolve(line.ToConfigRequest());
                    error.WriteLine($"adit ssh: connect to host {config.HostName} port {config.Port}: the client is not there yet");
                    return Failed;
            }
        }
        catch (SshUsageException e)
        {
            if (e.Message.Length > 0)
            {
                error.WriteLine(ErrorLine.Describe(e));
            }

            if (e.ShowsUsage)
            {
                error.WriteLine(SshUsage.Usage);
            }

            return Failed;
        }
        catch (TunnelException e)
        {
            error.WriteLine(ErrorLine.Describe(e));
            return Failed;
        }
    }
}

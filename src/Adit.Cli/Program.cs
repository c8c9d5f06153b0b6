using System.Runtime.CompilerServices;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;
using Adit.Cli.Version;
using Adit.Platform.EventLoops;
using Adit.Platform.Libc;

namespace Adit.Cli;

/// <summary>
/// Theory of operation: the verbs whose start-up time counts (<c>version</c>, and <c>ssh</c> and <c>sshd</c>, which have OpenSSH's own option syntax) are
/// chosen here, before System.CommandLine is loaded; every other verb is a folder with a <c>Create()</c>, listed in <see cref="AditCommand"/>.
/// Whatever a verb throws ends here as one line on standard error.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        // Less CPU for relays, whose continuations are short. A client has one session, and one loop is enough for it.
        EventLoop.Configure(args is ["ssh", ..] ? 1 : Math.Min(Environment.ProcessorCount, 16), inline: true);
        try
        {
            return args switch
            {
                ["version"] or ["--version"] => VersionCommand.Print(),
                ["ssh", ..] => await RunSshAsync(args[1..]).ConfigureAwait(false),
                ["sshd", ..] => await Sshd.SshdCommand.RunAsync(args[1..], Console.Out, Console.Error).ConfigureAwait(false),
                _ => await RunVerbAsync(args).ConfigureAwait(false),
            };
        }
        catch (Exception e)
        {
            return ErrorLine.Report(e, args.Any(a => a is "-v" or "-vv" or "--verbose"));
        }
    }

    // Without Console, whose start-up costs time, and which would watch over a terminal that is ours to set.
    private static async Task<int> RunSshAsync(string[] args)
    {
        using var output = new StreamWriter(new DescriptorStream(1, isReadable: false)) { AutoFlush = true };
        using var error = new StreamWriter(new DescriptorStream(2, isReadable: false)) { AutoFlush = true };
        return await Ssh.SshCommand.RunAsync(args, output, error).ConfigureAwait(false);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // keeps System.CommandLine out of Main
    private static Task<int> RunVerbAsync(string[] args) => AditCommand.InvokeAsync(args, Console.Out, Console.Error);
}

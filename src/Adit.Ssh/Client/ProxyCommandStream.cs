using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.Descriptors;
using Adit.Platform.Processes;

namespace Adit.Ssh.Client;

/// <summary>The standard input and output of a child process as one stream (ProxyCommand). Its standard error is this process's.</summary>
internal static class ProxyCommandStream
{
    private const int HangUp = 1; // SIGHUP

    /// <summary>Starts a command in the user's shell, which it replaces.</summary>
    /// <exception cref="TunnelException">The shell could not be started.</exception>
    public static DuplexStream Start(string command)
    {
        string shell = Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } given ? given : "/bin/sh";
        try
        {
            (DescriptorHandle input, DescriptorHandle toChild) = DescriptorPipe.Create();
            using (input)
            {
                (DescriptorHandle fromChild, DescriptorHandle output) = DescriptorPipe.Create();
                using (output)
                {
                    var start = new ChildProcessStart
                    {
                        Program = shell,
                        Arguments = [shell, "-c", command.StartsWith("exec ", StringComparison.Ordinal) ? command : "exec " + command],
                        Input = input,
                        Output = output,
                        InheritStandardStreams = true,
                    };
                    ChildProcess? child = null;
                    // As ssh(1) ends its proxy.
                    var stream = new PolledStream(new PolledDescriptor(fromChild), new PolledDescriptor(toChild), "ProxyCommand", () => child?.Signal(HangUp));
                    try
                    {
                        child = ChildProcess.Start(start);
                        return stream;
                    }
                    catch
                    {
                        stream.Dispose();
                        throw;
                    }
                }
            }
        }
        catch (Exception e) when (e is DescriptorException or ArgumentException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"ProxyCommand: {e.Message}", null, e);
        }
    }
}

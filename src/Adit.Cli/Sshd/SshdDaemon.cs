using System.Text;
using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Platform.Processes;

namespace Adit.Cli.Sshd;

/// <summary>
/// Going to the background. A .NET process cannot fork: the same program is started again in a session of its own, without standard streams, and
/// says by a pipe when it listens, or why it does not.
/// </summary>
internal static class SshdDaemon
{
    /// <summary>The environment variable that tells the second process of its pipe.</summary>
    private const string Variable = "ADIT_SSHD_READY";

    // The first of ChildProcessStart.Inherited
    private const int PipeNumber = 3;

    private const string Ready = "ready\n";

    /// <summary>Takes the pipe that the first process waits on; null in a process that is not the second.</summary>
    public static Stream? TakePipe()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null) return null;
        Environment.SetEnvironmentVariable(Variable, null);
        return new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(PipeNumber, ownsHandle: true), FileAccess.Write, 1);
    }

    /// <summary>Tells the first process how it went, and lets it go.</summary>
    /// <param name="pipe">The pipe; null does nothing.</param>
    /// <param name="failure">Why not; null when all is well.</param>
    public static void Tell(Stream? pipe, string? failure)
    {
        if (pipe is null) return;
        try
        {
            pipe.Write(Encoding.UTF8.GetBytes(failure ?? Ready));
            pipe.Dispose();
        }
        catch (IOException)
        {
            // It did not wait.
        }
    }

    /// <summary>Starts the second process and waits until it listens.</summary>
    /// <param name="words">The command line after <c>sshd</c>.</param>
    /// <returns>Why it does not listen; null when it does.</returns>
    /// <exception cref="TunnelException">It could not be started.</exception>
    public static async Task<string?> StartAsync(IReadOnlyList<string> words)
    {
        string[] own = Environment.GetCommandLineArgs();
        string program = Environment.ProcessPath ?? throw new TunnelException(TunnelError.BadConfiguration, "daemon: expected to know this program's path");
        bool hosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string[] arguments = hosted ? [program, own[0], "sshd", .. words] : [program, "sshd", .. words];
        var environment = new List<string> { $"{Variable}={PipeNumber}" };
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables()) environment.Add($"{variable.Key}={variable.Value}");
        (DescriptorHandle reader, DescriptorHandle writer) = DescriptorPipe.Create();
        using var pipe = new PolledDescriptor(reader);
        try
        {
            using (writer)
            {
                ChildProcess.Start(new ChildProcessStart
                {
                    Program = program,
                    Arguments = arguments,
                    Environment = environment,
                    Inherited = [writer],
                    NewSession = true,
                });
            }

            var said = new MemoryStream();
            byte[] part = new byte[4096];
            for (int count; (count = await pipe.ReadAsync(part).ConfigureAwait(false)) > 0;) said.Write(part, 0, count);
            string text = Encoding.UTF8.GetString(said.ToArray());
            return text == Ready ? null : text.Length > 0 ? text.TrimEnd() : "daemon: the process ended before it listened";
        }
        catch (DescriptorException e)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"daemon: {e.Message}", null, e);
        }
    }
}

using System.Text;

namespace Adit.TestKit.Peers;

/// <summary>What a program that ran to its end left.</summary>
public sealed record ProcessResult(string CommandLine, int ExitCode, byte[] Output, string Errors)
{
    /// <summary>Standard output as text.</summary>
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Itself, if the exit status is 0; fails with the output otherwise.</summary>
    public ProcessResult Succeeded() =>
        ExitCode == 0 ? this : throw new PeerFailureException($"exit status {ExitCode}, expected 0\n$ {CommandLine}\n{Text}\n{Errors}".TrimEnd());
}

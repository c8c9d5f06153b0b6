namespace Adit.TestKit.Peers;

/// <summary>Runs a program to its end, within a deadline.</summary>
public static class ProcessRunner
{
    public static Task<ProcessResult> RunAsync(string program, params string[] arguments) =>
        RunAsync(new PeerStart { Program = program, Arguments = arguments });

    /// <summary>Runs it with <paramref name="input"/> on its standard input; <paramref name="patience"/> is <see cref="PeerProcess.Patience"/> unless told.</summary>
    public static async Task<ProcessResult> RunAsync(PeerStart start, ReadOnlyMemory<byte> input = default, TimeSpan? patience = null)
    {
        await using PeerProcess process = await PeerProcess.StartAsync(start with { RawOutput = true });
        using MemoryStream output = new();
        Task reading = process.StandardOutput.CopyToAsync(output);
        try
        {
            await process.StandardInput.WriteAsync(input);
            await process.StandardInput.DisposeAsync();
        }
        catch (IOException)
        {
            // It ended, or closed its input, without reading all of it.
        }

        int status = await process.WaitForExitAsync(patience);
        await reading.WaitAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new ProcessResult(process.CommandLine, status, output.ToArray(), process.Errors.Text);
    }
}

using System.Diagnostics;

namespace Adit.Interop.Tests.Keys;

/// <summary>A folder for one test, and the programs that run in it.</summary>
internal sealed class ToolFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("adit-keys-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <summary>Runs a program to its end and returns its standard output; fails the test on another exit code than 0.</summary>
    public string Run(string program, params string[] arguments) => Run(program, input: null, arguments);

    public string RunWith(string input, string program, params string[] arguments) => Run(program, input, arguments);

    public void Dispose() => _folder.Delete(recursive: true);

    private string Run(string program, string? input, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("SSH_AUTH_SOCK");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)}: did not end within 60 s");
        }

        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}: {error.Result}");
        return output.Result;
    }
}

using Adit.Core;

namespace Adit.Cli.Terminal;

/// <summary>The line by which a verb that stays says that it serves.</summary>
internal static class ReadyLine
{
    /// <summary>Writes it.</summary>
    /// <param name="places">Where it serves, ports resolved.</param>
    /// <param name="file">The file to write too; null for none.</param>
    /// <param name="error">Standard error.</param>
    /// <exception cref="TunnelException">The file cannot be written.</exception>
    public static void Write(IEnumerable<string> places, string? file, TextWriter error)
    {
        string line = $"ready {string.Join(' ', places)}";
        if (file is not null) WriteFile(file, line);
        error.WriteLine(line);
        error.Flush();
    }

    // Whoever waits for the file finds the whole line in it.
    private static void WriteFile(string path, string line)
    {
        try
        {
            string early = $"{path}.{Environment.ProcessId}";
            File.WriteAllText(early, line + "\n");
            File.Move(early, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: ready file: expected a place that can be written, got {e.Message}", inner: e);
        }
    }
}

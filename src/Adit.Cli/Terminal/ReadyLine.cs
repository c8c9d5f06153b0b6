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
        string[] all = [.. places];
        if (file is not null) WriteFile(file, all);
        error.WriteLine($"ready {string.Join(' ', all)}");
        error.Flush();
    }

    /// <summary>Writes the file alone. Whoever waits for it finds the whole line in it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="places">Where it serves.</param>
    /// <exception cref="TunnelException">The file cannot be written.</exception>
    public static void WriteFile(string path, IEnumerable<string> places)
    {
        try
        {
            string early = $"{path}.{Environment.ProcessId}";
            File.WriteAllText(early, $"ready {string.Join(' ', places)}\n");
            File.Move(early, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: ready file: expected a place that can be written, got {e.Message}", inner: e);
        }
    }
}

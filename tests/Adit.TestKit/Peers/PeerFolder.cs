namespace Adit.TestKit.Peers;

/// <summary>A private folder (mode 0700) below the run's temporary folder; disposing it removes it and all within.</summary>
public sealed class PeerFolder : IDisposable
{
    public PeerFolder(string purpose)
    {
        Path = Directory.CreateTempSubdirectory($"adit-{purpose}-").FullName;
    }

    public string Path { get; }

    /// <summary>The path of <paramref name="name"/> within the folder.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file that only its owner may read, and returns its path.</summary>
    public string Write(string name, string text)
    {
        string path = this[name];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A peer that is just dying may still write; the run's folder goes at the end of ./test.
        }
        catch (UnauthorizedAccessException)
        {
        }
    }
}

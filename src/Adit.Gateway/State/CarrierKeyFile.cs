using System.Buffers.Text;
using System.Text;
using Adit.Core;
using Adit.Core.Lifeline;

namespace Adit.Gateway.State;

/// <summary>Files of carrier keys: one line, <c>adit-carrier-key</c> and 32 octets as base64url. Nobody but the owner may read them.</summary>
public static class CarrierKeyFile
{
    private const string NoKey = "expected a carrier key as adit keygen --carrier makes it, got something else";
    private const string Word = "adit-carrier-key";
    private const int LongestFile = 4096; // ours
    private const int MostKeys = 4096; // ours, of a folder

    /// <summary>Makes a key and writes it; an existing file is left alone.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TunnelException">It exists, or cannot be written.</exception>
    public static CarrierKey Create(string path)
    {
        byte[] secret = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(Encoding.ASCII.GetBytes($"{Word} {Base64Url.EncodeToString(secret)}\n"));
            return new CarrierKey(secret);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw Bad(path, "expected a new file, got one that exists");
        }
        catch (Exception e) when (e is (IOException and not TunnelException) or UnauthorizedAccessException)
        {
            throw Bad(path, $"cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Reads a key.</summary>
    /// <param name="path">The file, <c>~</c> for the home folder.</param>
    /// <exception cref="TunnelException">It is none, cannot be read, or others can read it too.</exception>
    public static CarrierKey Load(string path)
    {
        string full = HomePath.Expand(path);
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(full) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0) throw Bad(path, "expected a file that its owner alone can read (mode 0600), got others too");
            using var file = new FileStream(full, FileMode.Open, FileAccess.Read);
            byte[] octets = new byte[LongestFile];
            int length = file.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
            foreach (string line in Encoding.ASCII.GetString(octets, 0, length).Split('\n'))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (words.Length == 0 || words[0].StartsWith('#')) continue;
                byte[] secret = new byte[32];
                if (words.Length >= 2 && words[0] == Word && Base64Url.TryDecodeFromChars(words[1], secret, out int count) && count == secret.Length) return new CarrierKey(secret);
                break;
            }

            throw Bad(path, NoKey);
        }
        catch (FormatException)
        {
            throw Bad(path, NoKey);
        }
        catch (Exception e) when (e is (IOException and not TunnelException) or UnauthorizedAccessException)
        {
            throw Bad(path, $"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a key, or every key of a folder (its files without a dot in front), one a peer.</summary>
    /// <param name="path">The file or folder.</param>
    /// <exception cref="TunnelException">One of them is none, or there is none.</exception>
    public static IReadOnlyList<CarrierKey> LoadAll(string path)
    {
        if (!Directory.Exists(HomePath.Expand(path))) return [Load(path)];
        string[] files = [.. FilesOf(path)];
        if (files.Length is 0 or > MostKeys) throw Bad(path, $"expected a folder with 1 to {MostKeys} keys, got {(files.Length == 0 ? "none" : "more")}");
        return [.. files.Select(Load)];
    }

    /// <summary>The files of keys that a path stands for, there or not; of a folder one more than are taken, at most.</summary>
    /// <param name="path">The file or folder.</param>
    public static IEnumerable<string> FilesOf(string path)
    {
        string full = HomePath.Expand(path);
        return Directory.Exists(full) ? Directory.EnumerateFiles(full).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal).Take(MostKeys + 1) : [full];
    }

    private static TunnelException Bad(string path, string what, Exception? cause = null) => new(TunnelError.BadConfiguration, $"{path}: carrier key: {what}", inner: cause);
}

using Adit.Core;

namespace Adit.Ssh.Keys;

/// <summary>Replacing a host's keys in a file.</summary>
public sealed partial class KnownHosts
{
    /// <summary>Takes keys of a host out of a file and adds others, in one step: readers see the old file or the new one, whole.</summary>
    /// <param name="file">The file, which must exist. Lines that are about other hosts, have a marker or cannot be read stay as they are.</param>
    /// <param name="host">The name.</param>
    /// <param name="port">The port.</param>
    /// <param name="removed">Keys whose lines go.</param>
    /// <param name="added">Keys that get a line each, at the end.</param>
    /// <param name="hash">Whether new lines hold only a hash of the name (HashKnownHosts).</param>
    /// <exception cref="TunnelException">The file cannot be read or written.</exception>
    public static void Replace(string file, string host, int port, IReadOnlyCollection<SshPublicKey> removed, IReadOnlyCollection<SshPublicKey> added, bool hash)
    {
        ArgumentNullException.ThrowIfNull(file);
        string name = NameOf(host, port);
        try
        {
            var lines = new List<string>();
            int number = 0;
            foreach (string line in File.ReadLines(file))
            {
                number++;
                ReadOnlySpan<char> text = line.AsSpan().Trim();
                bool goes = !text.IsEmpty && text[0] != '#' && TryParseLine(text, file, number, out KnownHostEntry? entry, out _)
                    && entry.Marker == KnownHostMarker.None && entry.Matches(name) && removed.Contains(entry.Key);
                if (!goes) lines.Add(line);
            }

            lines.AddRange(added.Select(key => $"{(hash ? KnownHostEntry.HashName(name) : name)} {key.ToAuthorizedKeysLine()}"));
            string next = $"{file}.{Environment.ProcessId}";
            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = File.GetUnixFileMode(file);
            using (var stream = new FileStream(next, options))
            using (var writer = new StreamWriter(stream))
            {
                foreach (string line in lines) writer.Write(line + "\n");
            }

            File.Move(next, file, overwrite: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not TunnelException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{file}: known_hosts: expected a file that can be rewritten, got {e.Message}", inner: e);
        }
    }
}

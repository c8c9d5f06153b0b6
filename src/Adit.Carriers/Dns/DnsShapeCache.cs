using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>What probes found, a small file a route: readable by its owner alone, though it tells no more than resolver, domain and what passed. What is older than a week is not believed.</summary>
/// <param name="folder">Where; null: nowhere.</param>
/// <param name="time">The clock.</param>
internal sealed class DnsShapeCache(string? folder, TimeProvider time)
{
    private const string Version = "adit-dns-path-1";
    private static readonly TimeSpan BelievedFor = TimeSpan.FromDays(7);

    public DnsShape? Read(DnsResolver resolver, DnsDomainName domain)
    {
        if (folder is null) return null;
        try
        {
            string[] lines = File.ReadAllLines(FileOf(resolver, domain));
            return lines.Length == 3 && lines[0] == Version
                && DateTimeOffset.TryParse(lines[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at) && time.GetUtcNow() - at < BelievedFor
                && DnsShape.TryParse(lines[2], out DnsShape? shape) ? shape : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void Write(DnsResolver resolver, DnsDomainName domain, DnsShape shape)
    {
        if (folder is null) return;
        string file = FileOf(resolver, domain), made = $"{file}.{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using (var stream = new FileStream(made, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
                stream.Write(Encoding.ASCII.GetBytes($"{Version}\n{time.GetUtcNow():O}\n{shape}\n"));
            File.Move(made, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start probes again.
        }
    }

    public void Remove(DnsResolver resolver, DnsDomainName domain)
    {
        if (folder is null) return;
        try
        {
            File.Delete(FileOf(resolver, domain));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is overwritten or grows old.
        }
    }

    private string FileOf(DnsResolver resolver, DnsDomainName domain) =>
        Path.Combine(folder!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{resolver} {domain.ToString().ToLowerInvariant()}")).AsSpan(0, 12)));
}

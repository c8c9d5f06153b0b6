using System.Diagnostics;
using System.Net;
using System.Text;

namespace Adit.Gateway.Tunnels;

/// <summary>
/// Name servers of this machine, changed for as long as a tunnel lives: by resolvectl(1) for the device where systemd-resolved runs, else in resolv.conf(5), whose text before is kept beside it, so that also what
/// was killed is put right by the next that comes.
/// </summary>
public sealed class NameServerChange : IAsyncDisposable
{
    private const string BackupSuffix = ".before-adit";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string? _file;
    private readonly string _written;
    private readonly string? _device;

    private NameServerChange(string? file, string written, string? device) => (_file, _written, _device) = (file, written, device);

    /// <summary>Changes them.</summary>
    /// <param name="device">The tunnel's device.</param>
    /// <param name="servers">The name servers.</param>
    /// <param name="domains">The search domains.</param>
    /// <param name="failed">Told why they could not be.</param>
    /// <param name="file">The file, where systemd-resolved does not run; null for <c>/etc/resolv.conf</c>.</param>
    /// <returns>Null where they could not be.</returns>
    public static async Task<NameServerChange?> ApplyAsync(string device, IReadOnlyList<IPAddress> servers, IReadOnlyList<string> domains, Action<string> failed, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(servers);
        ArgumentNullException.ThrowIfNull(domains);
        ArgumentNullException.ThrowIfNull(failed);
        if (file is null && Directory.Exists("/run/systemd/resolve"))
        {
            bool done = await RunAsync(["dns", device, .. servers.Select(s => s.ToString())], failed).ConfigureAwait(false)
                && (domains.Count == 0 || await RunAsync(["domain", device, .. domains], failed).ConfigureAwait(false));
            return done ? new NameServerChange(null, "", device) : null;
        }

        file ??= "/etc/resolv.conf";
        try
        {
            Restore(file);
            string before = File.Exists(file) ? await File.ReadAllTextAsync(file).ConfigureAwait(false) : "";
            var text = new StringBuilder("# by adit ssh, as long as its tunnel lives; what stood here is in ").Append(Path.GetFileName(file)).Append(BackupSuffix).Append('\n');
            if (domains.Count > 0) text.Append("search ").AppendJoin(' ', domains).Append('\n');
            foreach (IPAddress server in servers) text.Append("nameserver ").Append(server).Append('\n');
            await File.WriteAllTextAsync(file + BackupSuffix, before).ConfigureAwait(false);
            // In place: programs watch the file, and it may be a mount of its own.
            await File.WriteAllTextAsync(file, text.ToString()).ConfigureAwait(false);
            return new NameServerChange(file, text.ToString(), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failed($"{file}: {e.Message}");
            return null;
        }
    }

    /// <summary>Puts them back, unless somebody else has changed them since.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_device is not null)
        {
            // They would go with the device; this is for one that stays.
            await RunAsync(["revert", _device], _ => { }).ConfigureAwait(false);
            return;
        }

        try
        {
            if (await File.ReadAllTextAsync(_file!).ConfigureAwait(false) == _written) Restore(_file!);
            else File.Delete(_file + BackupSuffix);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The text before is still beside it.
        }
    }

    private static void Restore(string file)
    {
        string backup = file + BackupSuffix;
        if (!File.Exists(backup)) return;
        File.WriteAllText(file, File.ReadAllText(backup));
        File.Delete(backup);
    }

    private static async Task<bool> RunAsync(IReadOnlyList<string> words, Action<string> failed)
    {
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo("resolvectl", words) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardInput = true });
            if (process is null) return false;
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(Patience);
            string said = await process.StandardError.ReadToEndAsync(patience.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            if (process.ExitCode == 0) return true;
            failed($"resolvectl {string.Join(' ', words)}: {said.Trim()}");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or OperationCanceledException)
        {
            failed($"resolvectl: {e.Message}");
        }

        return false;
    }
}

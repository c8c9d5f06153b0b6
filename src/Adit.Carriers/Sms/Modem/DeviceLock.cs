using System.Collections.Concurrent;
using System.Globalization;
using Adit.Core;

namespace Adit.Carriers.Sms.Modem;

/// <summary>
/// Keeps other programs from a serial line, and us from theirs, as uucp, minicom and gammu do (FHS §5.9): a file <c>LCK..NAME</c> with the pid of who has the line, in ten characters and a newline. One whose program is gone
/// is taken over. Disposing lets the line go.
/// </summary>
public sealed class DeviceLock : IDisposable
{
    /// <summary>What this process holds: in a container each program may have the same pid, so that our own in a file proves nothing.</summary>
    private static readonly ConcurrentDictionary<string, bool> s_held = new();

    private readonly string _path;

    private DeviceLock(string path) => _path = path;

    /// <summary>Takes it.</summary>
    /// <param name="device">The device.</param>
    /// <param name="folder">Where lock files lie; where there is no such folder, or it may not be written, nothing is locked.</param>
    /// <param name="where">For messages.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.AddressInUse"/>: another program has the line, or left a lock that we may not take away.</exception>
    public static DeviceLock? Take(string device, string folder, string where) => Take(device, folder, where, File.Delete);

    /// <summary>As above.</summary>
    /// <param name="device">The device.</param>
    /// <param name="folder">Where lock files lie.</param>
    /// <param name="where">For messages.</param>
    /// <param name="delete">Deletes a stale one.</param>
    internal static DeviceLock? Take(string device, string folder, string where, Action<string> delete)
    {
        ArgumentNullException.ThrowIfNull(device);
        string name = (device.StartsWith("/dev/", StringComparison.Ordinal) ? device[5..] : device).Trim('/').Replace('/', '_');
        string path = Path.Combine(folder, "LCK.." + name);
        for (int attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
                using (var writer = new StreamWriter(file))
                {
                    writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId,10}\n"));
                }

                s_held[path] = true;
                return new DeviceLock(path);
            }
            catch (IOException) when (File.Exists(path))
            {
                string holder = Holder(path);
                if (holder.Length > 0) throw new TunnelException(TunnelError.AddressInUse, $"{where}: {device}: expected a line that nobody uses, got {path} of process {holder}", where);
                try
                {
                    delete(path);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new TunnelException(TunnelError.AddressInUse, $"{where}: {device}: expected a lock that may be taken over, got {path}, whose program is gone: {e.Message}", where, e);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        throw new TunnelException(TunnelError.AddressInUse, $"{where}: {device}: expected to lock the line, got another program that does", where);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!s_held.TryRemove(_path, out _)) return;
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is stale once this process is gone.
        }
    }

    /// <returns>The pid of who lives; empty for nobody.</returns>
    private static string Holder(string path)
    {
        try
        {
            string text = File.ReadAllText(path).Trim();
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && !(pid == Environment.ProcessId ? s_held.ContainsKey(path) : Directory.Exists($"/proc/{pid}"))) return "";
            return text.Length < 16 ? text : "";
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "of another user";
        }
    }
}

using Adit.Core;
using Adit.Platform.Libc;
using Adit.Ssh.Keys;

namespace Adit.Gateway.State;

/// <summary>The folder in which a gateway keeps its host key, its authorised keys and its sockets. Mode 0700, owned by the gateway's account.</summary>
public sealed class StateFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private StateFolder(string path) => Path = path;

    /// <summary>The folder, an absolute path.</summary>
    public string Path { get; }

    /// <summary>The file of the host key that is made at the first start.</summary>
    public string HostKeyFile => System.IO.Path.Combine(Path, "ssh_host_ed25519_key");

    /// <summary>The file of the certificate and key of secure listeners, made at their first start where the configuration names none.</summary>
    public string CertificateFile => System.IO.Path.Combine(Path, "certificate.pem");

    /// <summary>The place for the keys that may log in.</summary>
    public string AuthorizedKeysFile => System.IO.Path.Combine(Path, "authorized_keys");

    /// <summary>The folder of the control sockets of running processes.</summary>
    public string RunFolder => System.IO.Path.Combine(Path, "run");

    /// <summary>Where the state is: what <c>--state</c> says, else <c>$ADIT_STATE</c>, else <c>/var/lib/adit</c> for root, else <c>$XDG_STATE_HOME/adit</c>, else <c>~/.local/state/adit</c>.</summary>
    /// <param name="option">What the command line or the configuration says; null if nothing.</param>
    /// <param name="environment">Reads a variable of the environment.</param>
    /// <param name="isRoot">Whether the process is root.</param>
    /// <exception cref="TunnelException">There is no home folder to fall back to.</exception>
    public static string Locate(string? option, Func<string, string?> environment, bool isRoot)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string? home = Absolute(environment("HOME"));
        if (!string.IsNullOrEmpty(option)) return System.IO.Path.GetFullPath(HomePath.Expand(option, home));
        if (environment("ADIT_STATE") is { Length: > 0 } set) return System.IO.Path.GetFullPath(HomePath.Expand(set, home));
        if (isRoot) return "/var/lib/adit";
        if (Absolute(environment("XDG_STATE_HOME")) is { } xdg) return System.IO.Path.Combine(xdg, "adit"); // the XDG specification ignores relative ones
        return home is not null
            ? System.IO.Path.Combine(home, ".local/state/adit")
            : throw new TunnelException(TunnelError.BadConfiguration, "state folder: expected --state, $ADIT_STATE or $HOME, got none of them");
    }

    /// <summary>Where the state of this process is.</summary>
    /// <param name="option">What the command line or the configuration says; null if nothing.</param>
    public static string Locate(string? option) => Locate(option, Environment.GetEnvironmentVariable, FileStatus.CurrentUser == 0);

    /// <summary>Opens the folder and makes it if it is not there, with nobody else's access at any moment.</summary>
    /// <param name="path">What <see cref="Locate(string?)"/> told.</param>
    /// <exception cref="TunnelException">It is no folder, is another account's, or cannot be made or closed to others.</exception>
    public static StateFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows()) throw Bad(full, "expected a system whose files have modes");
        try
        {
            if (File.Exists(full)) throw Bad(full, "expected a folder, got a file");
            if (System.IO.Path.GetDirectoryName(full) is { } parent) Directory.CreateDirectory(parent);
            Directory.CreateDirectory(full, Private); // mkdir(2) with the mode; nothing happens if it is there
            if (!FileStatus.TryRead(full, out FileStatus status)) throw Bad(full, "cannot tell whose it is");
            if (status.Owner != FileStatus.CurrentUser) throw Bad(full, $"expected it to be owned by user id {FileStatus.CurrentUser}, got {status.Owner}");
            if (status.Mode != (int)Private) File.SetUnixFileMode(full, Private);
            return new StateFolder(full);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not TunnelException))
        {
            throw Bad(full, e.Message, e);
        }
    }

    /// <summary>The host key; made, ed25519 and mode 0600, if it is not there. Safe when two processes start at once: both get the same one.</summary>
    /// <param name="made">Whether it was made now.</param>
    /// <returns>The key, which the caller owns.</returns>
    /// <exception cref="TunnelException">It cannot be made, read, or is open to others.</exception>
    public SshPrivateKey LoadOrMakeHostKey(out bool made)
    {
        made = false;
        if (!File.Exists(HostKeyFile))
        {
            using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519, comment: $"adit host key of {Environment.MachineName}");
            try
            {
                key.Save(HostKeyFile);
                made = true;
            }
            catch (TunnelException) when (File.Exists(HostKeyFile))
            {
                // Another process was faster; its key counts.
            }
        }

        return SshPrivateKey.Load(HostKeyFile);
    }

    /// <summary>Makes the place for authorised keys, mode 0600, with a comment that says what to write, if it is not there.</summary>
    /// <returns>Whether it was made now.</returns>
    /// <exception cref="TunnelException">It cannot be made.</exception>
    public bool MakeAuthorizedKeys()
    {
        const string Explanation = """
            # Keys that may log in to this gateway, one public key a line, as in ~/.ssh/authorized_keys of OpenSSH:
            #
            #   ssh-ed25519 AAAA... me@laptop
            #   restrict,port-forwarding,permitopen="db.example:5432" ssh-ed25519 AAAA... a key for one service
            #
            # To let your own key in:  cat ~/.ssh/id_ed25519.pub >> THIS_FILE
            # The file is read again at each login.

            """;
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(AuthorizedKeysFile, options);
            using var writer = new StreamWriter(stream);
            writer.Write(Explanation.Replace("THIS_FILE", AuthorizedKeysFile, StringComparison.Ordinal));
            return true;
        }
        catch (IOException) when (File.Exists(AuthorizedKeysFile))
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Bad(AuthorizedKeysFile, e.Message, e);
        }
    }

    private static string? Absolute(string? path) => path is { Length: > 0 } && path[0] == '/' ? path : null;

    private static TunnelException Bad(string path, string why, Exception? inner = null) => new(TunnelError.BadConfiguration, $"state folder: {path}: {why}", inner: inner);
}

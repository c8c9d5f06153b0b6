using Adit.Platform.Libc;
using Adit.Platform.Processes;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Sessions;

namespace Adit.Gateway.Sshd;

/// <summary>What a user may run, by sshd_config and the options of its key.</summary>
internal static class SshdPrograms
{
    public static SessionService For(SshServerSession session, SshdConfig config, UserAccount account, SshdPeer peer, SshdTunnels tunnels, ISshdLog log, TimeProvider time)
    {
        UserAccount? other = FileStatus.CurrentUser == 0 ? account : null;
        var variables = new List<KeyValuePair<string, string>>(config.SetEnv);
        if (config.ExposeAuthInfo && Expose(session, other, log) is { } file) variables.Add(new("SSH_USER_AUTH", file));
        var options = new SessionOptions
        {
            Name = account.Name,
            Account = other,
            Permissions = session.Permissions,
            Source = peer.Source,
            Local = peer.Local,
            TunnelDevices = () => tunnels.Names,
            PermitTerminal = config.PermitTty,
            PermitAgentForwarding = config.AllowAgentForwarding && !config.DisableForwarding,
            PermitUserRc = config.PermitUserRc,
            PermitUserEnvironment = config.PermitUserEnvironment switch { "no" => [], "yes" => ["*"], var patterns => patterns.Split(',') },
            AcceptEnv = config.AcceptEnv,
            SetEnv = variables,
            Subsystems = config.Subsystems.ToDictionary(s => s.Key, s => s.Value),
            ForceCommand = config.ForceCommand,
            MaxSessions = config.MaxSessions,
            MotdFile = config.PrintMotd ? "/etc/motd" : null,
        };
        return new SessionService(session.Connection, options, new SshdLogger(log), time);
    }

    // sshd_config(5), ExposeAuthInfo: a file that only the user may read, removed with the connection.
    private static string? Expose(SshServerSession session, UserAccount? account, ISshdLog log)
    {
        try
        {
            string path = Path.Combine(Path.GetTempPath(), $"sshauth.{Guid.NewGuid():N}");
            ThreadAccount.Run(account, () =>
            {
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
                using var writer = new StreamWriter(path, options);
                foreach (string proof in session.Proofs) writer.Write(proof + "\n");
                return true;
            });
            session.Connection.Over.Register(() => _ = RemoveAsync(path, account));
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Write(SshLogLevel.Error, $"ExposeAuthInfo: {e.Message}");
            return null;
        }
    }

    private static async Task RemoveAsync(string path, UserAccount? account)
    {
        try
        {
            await AsAccount.RunAsync(account, () =>
            {
                File.Delete(path);
                return true;
            }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is the user's file, and the user's affair.
        }
    }
}

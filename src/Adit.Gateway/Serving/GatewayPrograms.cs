using System.Net;
using Adit.Gateway.Configuration;
using Adit.Gateway.Permissions;
using Adit.Platform.Processes;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Sessions;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Serving;

/// <summary>
/// What a session may run by the gateway's configuration and its key. In login mode the user name selects an account, and then the key must
/// be that account's too: whoever is let into the gateway is not let into every account of the machine.
/// </summary>
internal static partial class GatewayPrograms
{
    private const string ForwardsOnly = "This gateway forwards only: it runs no shell and no command. Use ssh -N with -L, -R, -D or -W.";

    /// <summary>The service of a session's programs; null and what to tell its user where there is none.</summary>
    public static (SessionService? Service, string None) For(GatewayContext context, SshServerSession session, string name, IPEndPoint? local)
    {
        GatewayConfiguration configuration = context.Configuration;
        if (configuration is { Exec: false, Shell: ShellMode.Off, Subsystems.Count: 0 }) return (null, ForwardsOnly);
        KeyPermissions permissions = session.Permissions;
        UserAccount? account = null;
        if (configuration.Shell == ShellMode.Login)
        {
            account = UserAccount.Find(session.User);
            if (account is null || FindKey(account, session, context.Logger) is not { } own)
            {
                LogNoAccount(context.Logger, name, session.User.Length <= 64 ? session.User : session.User[..64] + "…");
                return (null, "This gateway forwards for this key, but runs nothing: it is not in the authorized_keys of that account.");
            }

            permissions = Both(permissions, own);
        }
        else if (UserAccount.Current is null)
        {
            return (null, ForwardsOnly);
        }

        var options = new SessionOptions
        {
            Name = name,
            Account = account,
            Permissions = permissions,
            Source = session.Source,
            Local = local,
            PermitExec = configuration.Exec,
            PermitShell = configuration.Shell != ShellMode.Off,
            PermitTerminal = configuration.Pty,
            PermitAgentForwarding = configuration.AgentForwarding,
            AcceptEnv = configuration.AcceptEnv,
            Subsystems = configuration.Subsystems,
            MaxSessions = configuration.MaxSessions,
            MotdFile = configuration.Shell == ShellMode.Login ? "/etc/motd" : null,
            NoLoginFile = configuration.Shell == ShellMode.Login ? "/etc/nologin" : null,
        };
        return (new SessionService(session.Connection, options, context.Logger, context.Time), ForwardsOnly);
    }

    /// <summary>What the account's own file grants the key; read with that account's rights, and judged as sshd's StrictModes does for it.</summary>
    private static KeyPermissions? FindKey(UserAccount account, SshServerSession session, ILogger logger)
    {
        try
        {
            return ThreadAccount.Run(account, () =>
            {
                var file = new AuthorizedKeysFile(Path.Combine(account.Home, ".ssh", "authorized_keys"), account.Home, logger);
                return file.Read().Find(session.Key!, session.Source?.Address, DateTimeOffset.UtcNow)?.Permissions;
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What two lines both permit; the gateway's forced command goes before the account's.</summary>
    private static KeyPermissions Both(KeyPermissions gateway, KeyPermissions account) => gateway with
    {
        Pty = gateway.Pty && account.Pty,
        AgentForwarding = gateway.AgentForwarding && account.AgentForwarding,
        UserRc = gateway.UserRc && account.UserRc,
        Command = gateway.Command ?? account.Command,
        ExpiryTime = gateway.ExpiryTime is { } one && account.ExpiryTime is { } other ? (one < other ? one : other) : gateway.ExpiryTime ?? account.ExpiryTime,
        Environment = [.. gateway.Environment, .. account.Environment],
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: no programs: account {User} is not there, or the key not in its authorized_keys")]
    private static partial void LogNoAccount(ILogger logger, string connection, string user);
}

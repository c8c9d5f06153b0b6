using Adit.Cli.Version;
using Adit.Gateway.Hops;
using Adit.Gateway.State;
using Adit.Gateway.Status;
using Adit.Ssh.Client;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Ssh;

/// <summary>What <c>adit status</c> sees of an <c>adit ssh</c> whose session has carriers: which of them it goes by.</summary>
internal static partial class SshStatus
{
    /// <summary>Opens the control socket; null where that cannot be done, since the session does not depend on being seen.</summary>
    public static ControlSocket? Open(HopChain via, string target, SshClient client, ILogger log)
    {
        DateTimeOffset since = DateTimeOffset.UtcNow;
        try
        {
            return ControlSocket.Open(StateFolder.Open(StateFolder.Locate(null)), _ => Describe(via, target, client, since), log);
        }
        catch (Core.TunnelException e)
        {
            LogUnseen(log, e.Message);
            return null;
        }
    }

    private static ProcessStatus Describe(HopChain via, string target, SshClient client, DateTimeOffset since)
    {
        (long sent, long received) = client.Connection.Octets;
        return new ProcessStatus
        {
            Version = VersionCommand.Number,
            Pid = Environment.ProcessId,
            Command = "ssh",
            Since = since,
            Sections = [new SectionStatus { Kind = "session", Target = target, Hops = via.Status, Since = since, Accepted = 1, Active = client.Connection.CloseReason is null ? 1 : 0, Up = sent, Down = received }],
        };
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Reason}; adit status does not show this process")]
    private static partial void LogUnseen(ILogger logger, string reason);
}

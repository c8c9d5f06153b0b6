using Adit.Core;
using Adit.Ssh.Agent;
using Adit.Ssh.Client;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary>Lets the agent of this side answer for every session of a connection that asks for it (ForwardAgent): this process's own, and those of a master's clients.</summary>
internal static class AgentForwarding
{
    /// <summary>Sets it up, where there is an agent.</summary>
    public static async Task ServeAsync(SshRoute route, SshConfig config, SshLog log, CancellationToken cancellationToken)
    {
        if (route.IsSuspect)
        {
            log.Error("Agent forwarding is disabled to avoid man-in-the-middle attacks.");
            return;
        }

        if ((config.ForwardAgentSocket ?? config.IdentityAgent) is not { } socket) return;
        try
        {
            // Nothing is offered where no agent answers.
            await using SshAgentClient agent = await SshAgentClient.ConnectAsync(socket, cancellationToken);
            route.Client.AgentRelay = new AgentRelay(socket, log);
        }
        catch (TunnelException e)
        {
            log.Debug(e.Message);
        }
    }
}

using Adit.Ssh.Channels;

namespace Adit.Ssh.Client;

/// <summary>Serves an agent to the server's side of a connection.</summary>
public interface IAgentRelay
{
    /// <summary>Judges an auth-agent@openssh.com channel.</summary>
    /// <param name="connection">The connection that it belongs to.</param>
    /// <param name="cancellationToken">The connection ended.</param>
    ValueTask<ChannelVerdict> OpenAsync(SshConnection connection, CancellationToken cancellationToken);
}

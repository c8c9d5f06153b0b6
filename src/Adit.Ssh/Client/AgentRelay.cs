using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Adit.Ssh.Agent;
using Adit.Ssh.Channels;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Client;

/// <summary>
/// Joins each agent channel of the server with a connection of its own to the agent here, after telling the agent whom that connection serves, so
/// that keys restricted to certain destinations stay so (session-bind@openssh.com, PROTOCOL.agent §1 of OpenSSH).
/// </summary>
/// <param name="socketPath">The agent's socket.</param>
/// <param name="logger">Hears of an agent that is gone; null for nobody.</param>
public sealed partial class AgentRelay(string socketPath, ILogger? logger = null) : IAgentRelay
{
    private readonly SocketDialer _dialer = new();
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <inheritdoc/>
    public async ValueTask<ChannelVerdict> OpenAsync(SshConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        DuplexStream? stream = null;
        try
        {
            stream = await _dialer.DialAsync(new DialRequest(new UnixDestination(socketPath)), cancellationToken).ConfigureAwait(false);
            await BindAsync(stream, connection, cancellationToken).ConfigureAwait(false);
            DuplexStream agent = stream;
            return ChannelVerdict.Accept(
                async channel =>
                {
                    await StreamRelay.RunAsync(channel, agent).ConfigureAwait(false);
                    await channel.DisposeAsync().ConfigureAwait(false);
                    await agent.DisposeAsync().ConfigureAwait(false);
                },
                held: agent);
        }
        catch (TunnelException e)
        {
            LogGone(_logger, e.Message);
            stream?.Abort(TunnelError.Closed);
            return ChannelVerdict.Refuse(ChannelOpenFailureReason.ConnectFailed, "no agent");
        }
    }

    // An agent that does not know the extension refuses it and serves all the same.
    private async Task BindAsync(DuplexStream stream, SshConnection connection, CancellationToken cancellationToken)
    {
        if (connection.Transport.InitialProof is not { } proof) return;
        var agent = new SshAgentClient(stream, socketPath); // speaks over the stream and leaves it open
        await agent.BindSessionAsync(proof.HostKey, connection.Transport.SessionId, proof.Signature, isForwarding: true, cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "agent forwarding: {Reason}")]
    private static partial void LogGone(ILogger logger, string reason);
}

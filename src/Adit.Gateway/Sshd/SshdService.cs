using Adit.Ssh.Channels;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Forwarding;

namespace Adit.Gateway.Sshd;

/// <summary>What the server does for a client beside forwarding: proves its host keys, and closes what was idle too long.</summary>
internal sealed class SshdService : IConnectionService
{
    private readonly SshServerSession _session;
    private readonly ForwardingService _forwarding;
    private readonly IdleChannels? _idle;

    public SshdService(SshServerSession session, ForwardingService forwarding, SshdConfig config, ISshdLog log, TimeProvider time)
    {
        _session = session;
        _forwarding = forwarding;
        if (config.ChannelTimeouts.Count == 0 && config.UnusedConnectionTimeout is null) return;
        _idle = new IdleChannels(session.Connection, config.ChannelTimeouts, config.UnusedConnectionTimeout, text => log.Write(SshLogLevel.Info, text), time);
    }

    public async ValueTask<ChannelVerdict> OpenChannelAsync(ChannelOpening opening, CancellationToken cancellationToken)
    {
        ChannelVerdict verdict = await _forwarding.OpenChannelAsync(opening, cancellationToken).ConfigureAwait(false);
        return _idle is not null && opening.ChannelType == "session" ? IdleChannels.Watch(verdict) : verdict;
    }

    public ValueTask<GlobalRequestReply> HandleRequestAsync(string name, ReadOnlyMemory<byte> fields, CancellationToken cancellationToken) => name == HostKeyProof.RequestName
        ? HostKeyProof.AnswerAsync(_session, fields, cancellationToken)
        : _forwarding.HandleRequestAsync(name, fields, cancellationToken);
}

namespace Adit.Ssh.Channels;

/// <summary>What a connection does for its peer: a server's permissions, a client's reverse forwards.</summary>
public interface IConnectionService
{
    /// <summary>Judges a channel that the peer opens. May take its time: other channels go on.</summary>
    ValueTask<ChannelVerdict> OpenChannelAsync(ChannelOpening opening, CancellationToken cancellationToken);

    /// <summary>Answers a global request. Requests are handled one after another, so that replies keep their order.</summary>
    ValueTask<GlobalRequestReply> HandleRequestAsync(string name, ReadOnlyMemory<byte> fields, CancellationToken cancellationToken);
}

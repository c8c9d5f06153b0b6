using System.Threading.Channels;
using Adit.Core.Lifeline;

namespace Adit.Core.Mailboxes;

/// <summary>The in-memory double of a mailbox: two ends, and what may happen to messages between them. For tests and embedded stand-ins.</summary>
public sealed class MemoryMailbox : IMailbox
{
    private readonly Channel<byte[]> _arriving = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Func<byte[], bool> _passes;
    private MemoryMailbox? _peer;

    private MemoryMailbox(string name, LifelineProfile profile, int sendLimit, Func<byte[], bool> passes) => (Name, Profile, SendLimit, _passes) = (name, profile, sendLimit, passes);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public LifelineProfile Profile { get; }

    /// <inheritdoc/>
    public int SendLimit { get; }

    /// <summary>Two ends.</summary>
    /// <param name="profile">Of both.</param>
    /// <param name="sendLimit">Octets of a message at most.</param>
    /// <param name="passes">Whether a message arrives; null: all do.</param>
    public static (MemoryMailbox Left, MemoryMailbox Right) CreatePair(LifelineProfile profile, int sendLimit, Func<byte[], bool>? passes = null)
    {
        var left = new MemoryMailbox("memory left", profile, sendLimit, passes ?? (static _ => true));
        var right = new MemoryMailbox("memory right", profile, sendLimit, passes ?? (static _ => true));
        (left._peer, right._peer) = (right, left);
        return (left, right);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        byte[] copy = message.ToArray();
        if (_passes(copy)) _peer!._arriving.Writer.TryWrite(copy);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
    {
        while (await _arriving.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!_arriving.Reader.TryRead(out byte[]? message)) continue;
            message.CopyTo(room);
            return message.Length;
        }

        return 0;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _arriving.Writer.TryComplete();
        _peer!._arriving.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }
}

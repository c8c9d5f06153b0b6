using System.Net;
using System.Threading.Channels;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;

namespace Adit.Carriers.Http.Polls;

/// <summary>What both ends of the long-polls are: datagrams leave in batches, and arrive one by one.</summary>
public abstract class BatchMailbox : IMailbox
{
    /// <summary>Makes one.</summary>
    /// <param name="mostArrived">Datagrams that wait for the engine at most.</param>
    protected BatchMailbox(int mostArrived)
    {
        Queue = new HttpPollQueue(OnChanged);
        Arrived = Channel.CreateBounded<ArraySegment<byte>>(new BoundedChannelOptions(mostArrived) { SingleReader = true });
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public LifelineProfile Profile => HttpPolls.Profile;

    /// <inheritdoc/>
    public virtual IPEndPoint? Source => null;

    /// <inheritdoc/>
    public abstract int SendLimit { get; }

    /// <summary>What is to leave.</summary>
    protected HttpPollQueue Queue { get; }

    /// <summary>What came, in arrays of the pool.</summary>
    protected Channel<ArraySegment<byte>> Arrived { get; }

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => Queue.WaitForRoomAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        Queue.Add(message.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        Queue.Flush();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
    {
        while (await Arrived.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!Arrived.Reader.TryRead(out ArraySegment<byte> datagram)) continue;
            datagram.AsMemory().CopyTo(room);
            HttpPollQueue.Return(datagram);
            return datagram.Count;
        }

        return 0;
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>There may be a batch to take. Called outside locks.</summary>
    protected abstract void OnChanged();
}

namespace Adit.Core.Datagrams;

/// <summary>What follows from the members of a flow.</summary>
public static class DatagramFlowExtensions
{
    /// <summary>Waits for the next datagram.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="destination">Room, see <see cref="IDatagramFlow.TryReceive"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its octets, perhaps 0; -1 when the flow has ended.</returns>
    public static async ValueTask<int> ReceiveAsync(this IDatagramFlow flow, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(flow);
        while (true)
        {
            if (flow.TryReceive(destination.Span, out int length)) return length;
            if (!await flow.WaitReceivableAsync(cancellationToken).ConfigureAwait(false)) return -1;
        }
    }
}

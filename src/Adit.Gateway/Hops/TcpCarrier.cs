using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;

namespace Adit.Gateway.Hops;

/// <summary>A <c>tcp://</c> hop: a carrier that ends at a gateway's SSH port, whatever is dialled through it.</summary>
/// <param name="hop">The hop.</param>
/// <param name="previous">Dials it.</param>
public sealed class TcpCarrier(HopUri hop, IStreamDialer previous) : IStreamDialer
{
    /// <inheritdoc/>
    public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default) =>
        previous.DialAsync(new DialRequest(hop.Destination), cancellationToken);
}

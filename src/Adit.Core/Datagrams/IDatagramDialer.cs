namespace Adit.Core.Datagrams;

/// <summary>Opens flows of datagrams to one destination each: UDP directly, or through a hop.</summary>
public interface IDatagramDialer
{
    /// <summary>Opens one flow. The caller owns it.</summary>
    /// <param name="request">To a <see cref="UdpDestination"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The destination, or a hop before it, failed. That nobody listens there is rarely known.</exception>
    ValueTask<IDatagramFlow> DialAsync(DialRequest request, CancellationToken cancellationToken = default);
}

using Adit.Ssh.Tunnels;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>Gives packet tunnels (tun@openssh.com) their devices.</summary>
public interface ITunnelService
{
    /// <summary>Judges a tunnel, and opens the device for it.</summary>
    /// <param name="mode">What it carries.</param>
    /// <param name="unit">The number of the device; null for any.</param>
    /// <param name="cancellationToken">The connection is over.</param>
    /// <exception cref="Core.TunnelException">It is not permitted (<see cref="Core.TunnelError.PermissionDenied"/>), or there is no device; the message is for the log and for the client's user.</exception>
    ValueTask<ITunnelDevice> OpenAsync(TunnelMode mode, int? unit, CancellationToken cancellationToken);

    /// <summary>What a client's device should be set to (tunnel-lease@adit).</summary>
    /// <param name="channel">This side's number of a tunnel of the client's.</param>
    /// <returns><see cref="Wire.Ssh.TunnelLeaseFields"/>, encoded; null where there is nothing to say.</returns>
    ReadOnlyMemory<byte>? DescribeLease(uint channel);

    /// <summary>Whether the client's user reads at once why a tunnel was refused; else, as with sshd(8), only in the client's debug lines.</summary>
    bool TellsClient { get; }
}

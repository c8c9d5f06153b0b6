using Adit.Ssh.Tunnels;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>A device that was opened for a tunnel. Disposing it removes the device where nobody runs it.</summary>
public interface ITunnelDevice : IDisposable
{
    /// <summary>Its name, for the log.</summary>
    string Name { get; }

    /// <summary>The tunnel is about to be confirmed: what must stand before the client can ask for anything.</summary>
    /// <param name="tunnel">The tunnel.</param>
    void Prepare(SshTunnelLink tunnel);

    /// <summary>Joins it with the tunnel until either ends, and lets go of both.</summary>
    /// <param name="tunnel">The tunnel; owned from here on.</param>
    Task RunAsync(SshTunnelLink tunnel);
}

using Adit.Core;
using Adit.Wire.SshMux;

namespace Adit.Ssh.Multiplexing;

/// <summary>The forwards of a shared connection, which its clients add and take away.</summary>
public interface IControlForwards
{
    /// <summary>Whether a forward stands already; asking for it again succeeds and changes nothing.</summary>
    bool Contains(MuxForward forward);

    /// <summary>Sets a forward up.</summary>
    /// <returns>The port that the server chose, where a remote forward asked for port 0; else 0.</returns>
    /// <exception cref="TunnelException">It cannot be had; the client reads the message.</exception>
    ValueTask<int> OpenAsync(MuxForward forward, CancellationToken cancellationToken);

    /// <summary>Takes a forward down; connections that came through it go on.</summary>
    /// <exception cref="TunnelException">There is none; the client reads the message.</exception>
    ValueTask CloseAsync(MuxForward forward, CancellationToken cancellationToken);
}

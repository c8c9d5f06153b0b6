using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>A SOCKS listener here whose clients name what the server dials (<c>-D</c>).</summary>
/// <param name="Listen">Where to listen on this machine.</param>
public sealed record DynamicForward(Destination Listen)
{
    /// <summary>True where no bind address was given, so that GatewayPorts decides it.</summary>
    public bool IsBindDefault { get; init; }

    /// <summary>The forward with its bind address decided: every address with <paramref name="gatewayPorts"/>, else loopback, where none was given.</summary>
    public DynamicForward WithGatewayPorts(bool gatewayPorts) => IsBindDefault && Listen is TcpDestination tcp ? this with { Listen = tcp with { Host = gatewayPorts ? "" : "localhost" } } : this;

    /// <inheritdoc/>
    public override string ToString() => $"{Listen} -> SOCKS";
}

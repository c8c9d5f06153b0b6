using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>Connections to a listener here are carried to a target that the server dials (<c>-L</c>).</summary>
/// <param name="Listen">Where to listen on this machine.</param>
/// <param name="Target">What the server dials.</param>
public sealed record LocalForward(Destination Listen, Destination Target)
{
    /// <summary>True where no bind address was given, so that GatewayPorts decides it.</summary>
    public bool IsBindDefault { get; init; }

    /// <summary>The forward with its bind address decided: every address with <paramref name="gatewayPorts"/>, else loopback, where none was given.</summary>
    public LocalForward WithGatewayPorts(bool gatewayPorts) => IsBindDefault && Listen is TcpDestination tcp ? this with { Listen = tcp with { Host = gatewayPorts ? "" : "localhost" } } : this;

    /// <inheritdoc/>
    public override string ToString() => $"{Listen} -> {Target}";
}

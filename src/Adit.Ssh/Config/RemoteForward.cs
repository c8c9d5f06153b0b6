using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>Connections to a listener at the server are carried to a target dialled from here (<c>-R</c>).</summary>
/// <param name="Listen">Where the server listens; port 0 lets it choose, host "" is every address, "localhost" every loopback family.</param>
/// <param name="Target">What is dialled here; null for remote dynamic forwarding, where SOCKS clients at the server name it.</param>
public sealed record RemoteForward(Destination Listen, Destination? Target)
{
    /// <inheritdoc/>
    public override string ToString() => Target is null ? $"{Listen} -> SOCKS" : $"{Listen} -> {Target}";
}

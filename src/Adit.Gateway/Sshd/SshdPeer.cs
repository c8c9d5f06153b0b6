using System.Net;
using Adit.Core.Streams;

namespace Adit.Gateway.Sshd;

/// <summary>The two ends of a connection, as log lines and Match blocks name them.</summary>
/// <param name="Source">Where the client is; null where the carrier does not tell.</param>
/// <param name="Local">What it connected to; null where the carrier does not tell.</param>
internal sealed record SshdPeer(IPEndPoint? Source, IPEndPoint? Local)
{
    /// <summary>The client's address in words.</summary>
    public string Address => Source is null ? "UNKNOWN" : Plain(Source.Address).ToString();

    /// <summary>The client's port.</summary>
    public int Port => Source?.Port ?? 65535;

    /// <inheritdoc/>
    public override string ToString() => $"{Address} port {Port}";

    public static SshdPeer Of(Incoming incoming) => new(incoming.Source, (incoming.Stream as SocketStream)?.LocalEndPoint as IPEndPoint);

    /// <summary>An address as IPv4 where it is one.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

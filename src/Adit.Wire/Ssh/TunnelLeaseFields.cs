namespace Adit.Wire.Ssh;

/// <summary>Fields of the answer to tunnel-lease@adit (docs/SSH-TUNNELS.md): what the client's device should be set to. Everything is text, for the reader to judge.</summary>
/// <remarks>
/// <code>
/// uint32       MTU in octets; 0 for the device's own
/// uint32       seconds that the addresses stay reserved for the key after the tunnel has ended
/// name-list    addresses of the client's device, each with its prefix length: 10.9.0.2/32
/// name-list    the server's addresses on the tunnel: 10.9.0.1
/// name-list    networks that are reached through the tunnel: 10.0.0.0/8
/// name-list    name servers
/// name-list    search domains
/// </code>
/// </remarks>
/// <param name="Mtu">The MTU.</param>
/// <param name="Lifetime">The seconds.</param>
/// <param name="Addresses">The client's addresses.</param>
/// <param name="Peers">The server's addresses.</param>
/// <param name="Routes">The networks.</param>
/// <param name="NameServers">The name servers.</param>
/// <param name="SearchDomains">The domains.</param>
public readonly record struct TunnelLeaseFields(uint Mtu, uint Lifetime, string[] Addresses, string[] Peers, string[] Routes, string[] NameServers, string[] SearchDomains) : IWireValue<TunnelLeaseFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 8 + SshWriter.NameListLength(Addresses) + SshWriter.NameListLength(Peers) + SshWriter.NameListLength(Routes) + SshWriter.NameListLength(NameServers) + SshWriter.NameListLength(SearchDomains);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TunnelLeaseFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadUInt32(out uint mtu) || !reader.TryReadUInt32(out uint lifetime) || !reader.TryReadNameList(out string[] addresses) || !reader.TryReadNameList(out string[] peers)
            || !reader.TryReadNameList(out string[] routes) || !reader.TryReadNameList(out string[] servers) || !reader.TryReadNameList(out string[] domains)) return DecodeStatus.Truncated;
        value = new TunnelLeaseFields(mtu, lifetime, addresses, peers, routes, servers, domains);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32(Mtu);
        writer.WriteUInt32(Lifetime);
        writer.WriteNameList(Addresses);
        writer.WriteNameList(Peers);
        writer.WriteNameList(Routes);
        writer.WriteNameList(NameServers);
        writer.WriteNameList(SearchDomains);
        return writer.Written;
    }
}

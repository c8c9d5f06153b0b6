namespace Adit.Core.Overhead;

/// <summary>What may go wrong with a stack.</summary>
internal static class StackWarnings
{
    private const int LeastIpv6 = 1280; // RFC 8200 §5
    private const int LeastIpv4 = 576; // RFC 791 §3.1: what every host must take

    public static string Security(ProtocolStack stack, out bool isProtected)
    {
        Layer? both = stack.Layers.FirstOrDefault(l => l is { Encrypts: true, Authenticates: true });
        Layer? one = stack.Layers.FirstOrDefault(l => l.Authenticates && !l.Encrypts);
        isProtected = both is not null;
        if (both is not null) return $"{both.Text} encrypts and authenticates all that is inside it{(one is null ? "" : $"; {one.Text} authenticates")}";
        return one is not null ? $"{one.Text} authenticates all that is inside it; nothing in this stack encrypts" : "nothing in this stack encrypts or authenticates: whoever is on the way can read, change and forge everything";
    }

    public static IEnumerable<string> Of(ProtocolStack stack, int outerMtu, int innerMtu, int packet, int octets, int fragments)
    {
        IReadOnlyList<Layer> layers = stack.Layers;
        int tcp = layers.ToList().FindIndex(l => l.Protocol == "tcp");
        bool isStream = tcp >= 0 && tcp + 1 < layers.Count;
        if (isStream && layers.Skip(tcp + 1).Any(l => l.Protocol == "tcp"))
            yield return "TCP over TCP: both retransmit, so that a loss outside stalls everything inside, and the more the slower the path (adit lab meltdown, later); prefer a tunnel over UDP or IP, or forward the streams themselves";
        else if (isStream && stack.InnerNetwork > tcp)
            yield return "packets within one stream: a loss delays all of them (head-of-line blocking)";
        if (packet <= 0 || innerMtu <= 0)
        {
            yield return FormattableString.Invariant($"nothing fits: an outer MTU of {outerMtu} has no room for a payload");
            yield break;
        }

        Layer network = layers.FirstOrDefault(l => l.IsNetwork) ?? layers[0];
        if (fragments > 1)
        {
            yield return FormattableString.Invariant($"fragments: an inner packet of {packet} is {octets} outside, above the MTU of {outerMtu}: {fragments} fragments where {network.Protocol} may fragment, else it is lost or refused (packet too big)");
            if (network.Protocol == "ip4") yield return "fragments: routers and firewalls drop some, and at high rates their 16-bit identifications repeat (RFC 4963); lower the inner MTU instead";
        }

        int inner = stack.InnerNetwork;
        if (inner <= 0) yield break;
        if (layers[inner].Protocol == "ip6" && innerMtu < LeastIpv6)
            yield return FormattableString.Invariant($"IPv6 needs an MTU of {LeastIpv6} (RFC 8200 §5), and {innerMtu} are left: the tunnel has to fragment outside, or the outer MTU to grow by {LeastIpv6 - innerMtu}");
        else if (innerMtu < LeastIpv4)
            yield return FormattableString.Invariant($"an inner MTU of {innerMtu} is below the {LeastIpv4} that every IPv4 host may expect");
        if (layers[inner - 1].Protocol == "eth" && innerMtu < ProtocolStack.UsualMtu && inner > 1)
            yield return FormattableString.Invariant($"hosts on an Ethernet usually send {ProtocolStack.UsualMtu}, and no router tells those behind a bridge to send less: give them an MTU of {innerMtu}, clamp their MSS, or raise the outer MTU to {stack.Wrap(ProtocolStack.UsualMtu, out _)}");
    }
}

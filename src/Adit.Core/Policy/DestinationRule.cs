using System.Net;

namespace Adit.Core.Policy;

/// <summary>
/// One line of a policy: <c>HOST[:PORTS]</c>, allowed or denied. HOST is <c>*</c>, a name, a name with a leading wildcard
/// (<c>*.corp.example</c>, every name below it), an address, a network (<c>10.0.0.0/8</c>, <c>[fd00::/8]</c>) or a class of addresses
/// (<c>@loopback</c>, <c>@unspecified</c>, <c>@link-local</c>, <c>@private</c>, <c>@metadata</c>, <c>@multicast</c>, <c>@reserved</c>,
/// <c>@global</c>). PORTS is <c>*</c> (the default), a port, or a range. Networks and classes judge the resolved address; names judge what was asked for.
/// Where a policy takes them, <see cref="RuleConditions"/> follow it.
/// </summary>
public sealed class DestinationRule
{
    private static readonly (string Word, AddressClass Class)[] Classes =
    [
        ("@loopback", AddressClass.Loopback), ("@unspecified", AddressClass.Unspecified), ("@link-local", AddressClass.LinkLocal),
        ("@private", AddressClass.Private), ("@metadata", AddressClass.Metadata), ("@multicast", AddressClass.Multicast),
        ("@reserved", AddressClass.Reserved), ("@global", AddressClass.Global),
    ];

    private readonly string? _name;
    private readonly IPNetwork? _network;
    private readonly AddressClass? _class;
    private readonly RuleConditions? _conditions;

    private DestinationRule(bool allow, string text, string? name, IPNetwork? network, AddressClass? addressClass, PortRange ports, RuleConditions? conditions = null)
    {
        Allow = allow;
        Text = text;
        Ports = ports;
        _name = name;
        _network = network;
        _class = addressClass;
        _conditions = conditions;
    }

    /// <summary>Whether a match is allowed; else it is denied.</summary>
    public bool Allow { get; }

    /// <summary>The rule as it was written.</summary>
    public string Text { get; }

    /// <summary>The ports it speaks of.</summary>
    public PortRange Ports { get; }

    /// <summary>Whether it names addresses, by itself or in a condition, and not only what was asked for.</summary>
    public bool NamesAddresses => _name is null || _conditions is { NameAddress: true };

    /// <summary>Whether ports stand in it, be it <c>*</c>.</summary>
    public bool NamesPorts => Ports != PortRange.Any || Text.Split(' ')[0].EndsWith(":*", StringComparison.Ordinal);

    /// <summary>The same rule over other ports; its text stays.</summary>
    public DestinationRule WithPorts(PortRange ports) => new(Allow, Text, _name, _network, _class, ports, _conditions);

    /// <summary>The words that name a class of addresses.</summary>
    public static IEnumerable<string> ClassWords => Classes.Select(c => c.Word);

    /// <summary>A rule over one resolved address, every port.</summary>
    public static DestinationRule Of(IPAddress address, bool allow)
    {
        ArgumentNullException.ThrowIfNull(address);
        IPAddress plain = AddressClassifier.Unwrap(address);
        return new DestinationRule(allow, address.ToString(), null, new IPNetwork(plain, plain.GetAddressBytes().Length * 8), null, PortRange.Any);
    }

    /// <summary>A rule over one class of addresses, every port.</summary>
    public static DestinationRule Of(AddressClass addressClass, bool allow) =>
        new(allow, Array.Find(Classes, c => c.Class == addressClass).Word, null, null, addressClass, PortRange.Any);

    /// <summary>Reads a rule.</summary>
    /// <param name="text">What is described at the type.</param>
    /// <param name="allow">Whether a match is allowed.</param>
    /// <param name="rule">The rule, or null.</param>
    /// <param name="why">What is wrong, as <c>expected …, got …</c>, or null.</param>
    public static bool TryParse(string text, bool allow, out DestinationRule? rule, out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        rule = null;
        if (!TrySplit(text, out string host, out PortRange ports))
        {
            why = $"expected HOST[:PORT] or HOST[:FIRST-LAST], got '{text}'";
            return false;
        }

        why = null;
        if (host == "*")
        {
            rule = new DestinationRule(allow, text, "*", null, null, ports);
        }
        else if (host.StartsWith('@'))
        {
            int i = Array.FindIndex(Classes, c => c.Word == host);
            if (i < 0) why = $"expected one of {string.Join(", ", ClassWords)}, got '{host}'";
            else rule = new DestinationRule(allow, text, null, null, Classes[i].Class, ports);
        }
        else if (TryNetwork(host, out IPNetwork network))
        {
            rule = new DestinationRule(allow, text, null, network, null, ports);
        }
        else if (IsName(host))
        {
            rule = new DestinationRule(allow, text, host.TrimEnd('.').ToLowerInvariant(), null, null, ports);
        }
        else
        {
            why = $"expected a name, an address, a network, a class such as @private, or *, got '{host}'";
        }

        return rule is not null;
    }

    /// <summary>Reads a rule that conditions may follow: <c>HOST[:PORTS] [user=…] [on=…] [from=…] [as=…] [at=…]</c>.</summary>
    /// <inheritdoc cref="TryParse"/>
    public static bool TryParseConditional(string text, bool allow, out DestinationRule? rule, out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2) return TryParse(text.Trim(' '), allow, out rule, out why);
        if (!TryParse(words[0], allow, out rule, out why)) return false;
        DestinationRule r = rule!;
        rule = RuleConditions.TryParse(words.AsSpan(1), out RuleConditions? conditions, out why)
            ? new DestinationRule(allow, string.Join(' ', words), r._name, r._network, r._class, r.Ports, conditions)
            : null;
        return rule is not null;
    }

    /// <summary>Whether the rule speaks of this request, its conditions included.</summary>
    public bool Matches(in PolicyRequest request) =>
        (_conditions is null || _conditions.Hold(request)) && Matches(request.Host, request.Port, request.Resolved);

    /// <summary>Whether the rule might speak of this request once its name is resolved, whatever to.</summary>
    internal bool MayMatch(in PolicyRequest request) =>
        Ports.Contains(request.Port)
        && (_name is null || MatchesName(request.Host))
        && (_conditions is null || _conditions.NeedAddress || _conditions.Hold(request));

    /// <summary>Whether the rule surely speaks of this request, whatever its name resolves to.</summary>
    internal bool MatchesUnresolved(in PolicyRequest request) =>
        _name is not null && Ports.Contains(request.Port) && MatchesName(request.Host) && (_conditions is null || (!_conditions.NeedAddress && _conditions.Hold(request)));

    /// <summary>Whether a network or class has the address.</summary>
    internal bool MatchesAddress(IPAddress address) => _name is null && Matches("", Ports.First, address);

    /// <summary>Whether the rule speaks of this destination.</summary>
    /// <param name="host">The name or address literal that was asked for.</param>
    /// <param name="port">The port.</param>
    /// <param name="resolved">The address it resolved to; null where it is resolved elsewhere, and then networks and classes match literals only.</param>
    public bool Matches(string host, int port, IPAddress? resolved)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (!Ports.Contains(port)) return false;
        if (_name is not null) return MatchesName(host);
        if (resolved is null && !IPAddress.TryParse(host, out resolved)) return false;
        IPAddress plain = AddressClassifier.Unwrap(resolved);
        return _class is { } c ? AddressClassifier.Classify(plain) == c : _network!.Value.Contains(plain) || _network.Value.Contains(resolved);
    }

    /// <inheritdoc/>
    public override string ToString() => (Allow ? "allow " : "deny ") + Text;

    private bool MatchesName(string host)
    {
        if (_name == "*") return true;
        ReadOnlySpan<char> asked = host.AsSpan().TrimEnd('.');
        return _name!.StartsWith("*.", StringComparison.Ordinal)
            ? asked.Length > _name.Length - 1 && asked.EndsWith(_name.AsSpan(1), StringComparison.OrdinalIgnoreCase)
            : asked.Equals(_name, StringComparison.OrdinalIgnoreCase);
    }

    private static bool TrySplit(string text, out string host, out PortRange ports)
    {
        ports = PortRange.Any;
        host = text;
        if (text.Length == 0 || text.Length > 1024) return false;
        if (text[0] == '[')
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 2) return false;
            host = text[1..end];
            return end + 1 == text.Length || (text[end + 1] == ':' && PortRange.TryParse(text.AsSpan(end + 2), out ports));
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return true;
        if (text.IndexOf(':', colon + 1) >= 0) return true; // a bare IPv6 address or network: no port
        host = text[..colon];
        return host.Length > 0 && PortRange.TryParse(text.AsSpan(colon + 1), out ports);
    }

    private static bool TryNetwork(string host, out IPNetwork network)
    {
        network = default;
        int slash = host.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            if (!LooksLikeAddress(host) || !IPAddress.TryParse(host, out IPAddress? address)) return false;
            address = AddressClassifier.Unwrap(address);
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        if (!LooksLikeAddress(host[..slash]) || !IPAddress.TryParse(host.AsSpan(0, slash), out IPAddress? b)) return false;
        int width = b.GetAddressBytes().Length * 8;
        if (!int.TryParse(host.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out int length) || length > width) return false;
        network = new IPNetwork(Mask(b, length), length);
        return true;
    }

    // IPAddress reads "10" and "0x7f.1" too; a policy means only what it says.
    private static bool LooksLikeAddress(string text) =>
        text.Contains(':', StringComparison.Ordinal) || (text.Count(c => c == '.') == 3 && text.All(c => char.IsAsciiDigit(c) || c == '.'));

    private static IPAddress Mask(IPAddress address, int length)
    {
        byte[] octets = address.GetAddressBytes();
        for (int i = 0; i < octets.Length; i++) octets[i] &= (byte)(0xff00 >> Math.Clamp(length - (8 * i), 0, 8));
        return new IPAddress(octets);
    }

    private static bool IsName(string host) =>
        host.Length is > 0 and <= 255
        && !host.AsSpan(host.StartsWith("*.", StringComparison.Ordinal) ? 2 : 0).ContainsAnyExcept(NameCharacters)
        && host != "*.";

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
}

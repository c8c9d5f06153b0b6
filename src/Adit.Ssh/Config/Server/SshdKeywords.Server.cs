using System.Globalization;
using System.Net;

namespace Adit.Ssh.Config.Server;

internal static partial class SshdKeywords
{
    private static readonly string[] Facilities =
        ["DAEMON", "USER", "AUTH", "AUTHPRIV", "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7"];

    // sshd_config(5), IPQoS; RFC 2474, RFC 2597, RFC 3246, RFC 8622, RFC 1349
    private static readonly (string Name, int Value)[] ServiceClasses =
    [
        ("af11", 0x28), ("af12", 0x30), ("af13", 0x38), ("af21", 0x48), ("af22", 0x50), ("af23", 0x58), ("af31", 0x68), ("af32", 0x70), ("af33", 0x78),
        ("af41", 0x88), ("af42", 0x90), ("af43", 0x98), ("cs0", 0x00), ("cs1", 0x20), ("cs2", 0x40), ("cs3", 0x60), ("cs4", 0x80), ("cs5", 0xa0), ("cs6", 0xc0),
        ("cs7", 0xe0), ("ef", 0xb8), ("le", 0x01), ("lowdelay", 0x10), ("throughput", 0x08), ("reliability", 0x04), ("none", -1),
    ];

    /// <summary>The value of a class of packets; -1 for the system's.</summary>
    internal static int ServiceClassValue(string name) =>
        Array.Find(ServiceClasses, c => c.Name == name) is { Name: not null } known ? known.Value : int.Parse(name.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static void AddServer(Dictionary<string, Entry> table)
    {
        table["port"] = Global((key, line, values) => Append(key, line, values, Port(line, line.TryNext() ?? throw Missing(line))));
        table["addressfamily"] = Global(First(line => Choice(line, ("inet", SshAddressFamily.Inet), ("inet6", SshAddressFamily.Inet6), ("any", SshAddressFamily.Any))));
        table["listenaddress"] = Global(ListenAddress);
        table["usepam"] = Global(First(Flag));
        table["logingracetime"] = Global(First(Time));
        table["maxauthtries"] = Match(First(Number));
        table["maxsessions"] = Match(First(Number));
        table["clientaliveinterval"] = Match(First(Time));
        table["clientalivecountmax"] = Match(First(Number));
        table["maxstartups"] = Global(First(MaxStartups));
        table["persourcemaxstartups"] = Global(First(line => line.TryNext() switch
        {
            null => throw Missing(line),
            "none" => int.MaxValue,
            var word when int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value) => value,
            var word => throw line.Error($"Invalid {line.Name} number {word}."),
        }));
        table["persourcenetblocksize"] = Global(First(NetBlockSize));
        table["persourcepenalties"] = Global((key, line, values) => values.SetFirst(key, string.Join(' ', line.All())));
        table["persourcepenaltyexemptlist"] = Global(First(Text));
        table["tcpkeepalive"] = Global(First(Flag));
        table["compression"] = Global(First(line => Choice(line, ("yes", true), ("delayed", true), ("no", false))));
        table["usedns"] = Global(First(Flag));
        table["pidfile"] = Global(First(FileName));
        table["hostkey"] = Global((key, line, values) => Append(key, line, values, FileName(line)));
        table["hostcertificate"] = Global((key, line, values) => Append(key, line, values, FileName(line)));
        table["hostkeyagent"] = Global(First(Text));
        table["versionaddendum"] = Global(Raw());
        table["loglevel"] = Match(First(LogLevel));
        table["syslogfacility"] = Global(First(line => Text(line) is var name && Facilities.FirstOrDefault(f => f.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } facility
            ? facility
            : throw line.Error($"unsupported log facility '{name}'")));
        table["aditprofile"] = Global(First(line => Choice(line, ("compat", false), ("hardened", true)))); // ours
        table["logverbose"] = Global(AppendAll());
        table["fingerprinthash"] = Global(First(line => Text(line) is var hash && hash.Equals("sha256", StringComparison.OrdinalIgnoreCase) ? "SHA256"
            : hash.Equals("md5", StringComparison.OrdinalIgnoreCase) ? "MD5" : throw line.Error($"Invalid FingerprintHash algorithm \"{hash}\".")));
        table["rekeylimit"] = Match(First(RekeyLimit));
        table["ipqos"] = Match(First(line =>
        {
            string first = ServiceClass(line, Text(line));
            return (first, line.TryNext() is { } second ? ServiceClass(line, second) : first);
        }));
        table["ciphers"] = Global(Algorithms("Bad SSH2 cipher spec", KnownAlgorithms.Ciphers));
        table["macs"] = Global(Algorithms("Bad SSH2 mac spec", KnownAlgorithms.Macs));
        table["kexalgorithms"] = Global(Algorithms("Bad SSH2 KexAlgorithms", KnownAlgorithms.Kex));
        table["hostkeyalgorithms"] = Global(Algorithms("Bad key types", KnownAlgorithms.Keys));
    }

    private static int Port(SshConfigLine line, string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535 ? port : throw line.Error("Badly formatted port number.");

    private static void ListenAddress(string key, SshConfigLine line, SshConfigValues values)
    {
        string text = line.TryNext() ?? throw Missing(line);
        string? domain = null;
        if (line.TryNext() is { } word)
        {
            domain = word == "rdomain" && line.TryNext() is { } name ? name : throw line.Error("unsupported argument.");
        }

        string host = text;
        int port = 0;
        int close = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : -1;
        if (close > 0)
        {
            host = text[1..close];
            port = close + 1 == text.Length ? 0 : text[close + 1] == ':' ? Port(line, text[(close + 2)..]) : throw line.Error("bad address:port usage");
        }
        else if (text.Count(c => c == ':') == 1)
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            (host, port) = (text[..colon], Port(line, text[(colon + 1)..]));
        }

        if (host.Length == 0) throw line.Error("bad address:port usage");
        Append(key, line, values, new SshdListenAddress(host, port, domain));
    }

    private static (int, int, int) MaxStartups(SshConfigLine line)
    {
        string[] parts = Text(line).Split(':');
        int[] numbers = [.. parts.Select(p => int.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : -1)];
        (int start, int rate, int full) = numbers switch
        {
            [var all] => (all, 30, all),
            [var s, var r, var f] when r is >= 1 and <= 100 && s <= f => (s, r, f),
            _ => throw line.Error("Invalid MaxStartups spec."),
        };
        return start >= 1 ? (start, rate, full) : throw line.Error("Invalid MaxStartups spec.");
    }

    private static (int, int) NetBlockSize(SshConfigLine line)
    {
        string[] parts = Text(line).Split(':');
        bool read = int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int four);
        int six = 128;
        if (parts.Length > 1) read &= int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out six);
        return read && parts.Length <= 2 && four <= 32 && six <= 128 ? (four, six) : throw line.Error("Invalid PerSourceNetBlockSize spec.");
    }

    private static SshLogLevel LogLevel(SshConfigLine line)
    {
        string word = Text(line);
        string name = word.Equals("debug", StringComparison.OrdinalIgnoreCase) ? "DEBUG1" : word;
        return !char.IsAsciiDigit(name[0]) && Enum.TryParse(name, ignoreCase: true, out SshLogLevel level) ? level : throw line.Error($"unsupported log level '{word}'");
    }

    private static (long, TimeSpan) RekeyLimit(SshConfigLine line)
    {
        string amount = Text(line);
        long octets = 0;
        if (amount != "default" && !SshConfigUnits.TryParseOctets(amount, out octets)) throw line.Error($"Bad RekeyLimit number '{amount}': Invalid argument");
        if (amount != "default" && octets is > 0 and < 16) throw line.Error("RekeyLimit too small");
        TimeSpan interval = TimeSpan.Zero;
        if (line.TryNext() is { } time && time != "none" && !SshConfigUnits.TryParseTime(time, out interval)) throw line.Error("invalid time value.");
        return (octets, interval);
    }

    private static string ServiceClass(SshConfigLine line, string word)
    {
        string name = word.ToLowerInvariant();
        if (Array.Exists(ServiceClasses, c => c.Name == name)) return name;
        bool isHex = name.StartsWith("0x", StringComparison.Ordinal);
        if (!int.TryParse(isHex ? name[2..] : name, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value is < 0 or > 255)
        {
            throw line.Error($"Bad IPQoS value: {word}");
        }

        return Array.Find(ServiceClasses, c => c.Value == value).Name ?? $"0x{value:x2}";
    }

    /// <summary>Whether a host part of a pattern is an address range that cannot be one, such as <c>10.0.0.1/8</c>.</summary>
    internal static bool IsBadRange(string pattern)
    {
        string text = pattern.TrimStart('!');
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && IPAddress.TryParse(text.AsSpan(0, slash), out IPAddress? address)
            && !(IPNetwork.TryParse(text, out IPNetwork network) && network.BaseAddress.Equals(address));
    }
}

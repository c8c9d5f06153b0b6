using System.Diagnostics.CodeAnalysis;

namespace Adit.Core.Policy;

/// <summary>
/// What a rule may ask for beyond the destination, as words behind it; all must hold: <c>user=NAME[,NAME]</c> (an authenticated user; <c>user=*</c> any),
/// <c>on=[ADDRESS]:PORT</c> (the listener), <c>from=NETWORK</c> (the client), <c>as=connect|socks|http|transparent</c> (the protocol asked in),
/// <c>at=NETWORK|@CLASS</c> (the address that the name resolved to).
/// </summary>
public sealed class RuleConditions
{
    private static readonly string[] Services = ["connect", "socks", "http", "transparent"];

    private readonly List<string> _users = [];
    private string? _listener;
    private string? _service;
    private DestinationRule? _from;
    private DestinationRule? _at;

    private RuleConditions()
    {
    }

    /// <summary>Whether the address a name resolves to is named.</summary>
    public bool NameAddress => _at is not null;

    /// <summary>Whether they can be judged before a name is resolved.</summary>
    internal bool NeedAddress => _at is not null;

    /// <summary>Reads the words.</summary>
    /// <param name="words">The words, without empty ones.</param>
    /// <param name="conditions">The conditions.</param>
    /// <param name="why">What is wrong, as <c>expected …, got …</c>.</param>
    internal static bool TryParse(ReadOnlySpan<string> words, [NotNullWhen(true)] out RuleConditions? conditions, out string? why)
    {
        var read = new RuleConditions();
        conditions = null;
        why = null;
        foreach (string word in words)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string value = word[(equals + 1)..];
            bool known = equals > 0 && value.Length > 0 && word[..equals] switch
            {
                "user" => read.Users(value),
                "on" => read.On(value),
                "as" => read.As(value),
                "from" => TryNetwork(value, out read._from),
                "at" => TryNetwork(value, out read._at),
                _ => false,
            };
            if (known) continue;
            why = $"expected user=NAME, on=ADDRESS:PORT, from=NETWORK, as=connect|socks|http|transparent or at=NETWORK|@CLASS, got '{word}'";
            return false;
        }

        conditions = read;
        return true;
    }

    /// <summary>Whether they hold.</summary>
    public bool Hold(in PolicyRequest request)
    {
        if (_users.Count > 0 && (request.User is null || !(_users.Contains("*") || _users.Contains(request.User)))) return false;
        if (_service is not null && request.Service != _service) return false;
        if (_listener is not null && !(request.Listener == _listener || (_listener[0] == ':' && request.Listener?.EndsWith(_listener, StringComparison.Ordinal) == true))) return false;
        if (_from is not null && (request.Source is null || !_from.MatchesAddress(request.Source))) return false;
        return _at is null || (request.Resolved is not null && _at.MatchesAddress(request.Resolved));
    }

    private static bool TryNetwork(string text, out DestinationRule? rule) =>
        DestinationRule.TryParse(text, allow: true, out rule, out _) && rule is { NamesAddresses: true } && rule.Ports == PortRange.Any;

    private bool Users(string value)
    {
        _users.AddRange(value.Split(',', StringSplitOptions.RemoveEmptyEntries));
        return _users.Count > 0;
    }

    private bool On(string value)
    {
        _listener = value;
        int colon = value.LastIndexOf(':');
        return colon >= 0 && PortRange.TryParse(value.AsSpan(colon + 1), out PortRange port) && port.Count == 1;
    }

    private bool As(string value)
    {
        _service = value;
        return Array.IndexOf(Services, value) >= 0;
    }
}

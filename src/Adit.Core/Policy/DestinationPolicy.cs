using System.Net;

namespace Adit.Core.Policy;

/// <summary>An ordered list of rules over destinations; the first that matches decides. Pure: judge each address a name resolved to.</summary>
/// <param name="rules">In order.</param>
/// <param name="otherwise">The verdict where no rule matches.</param>
/// <param name="guarded">
/// Classes of addresses that must be named: a rule that allows a name, or everything, does not reach them, since whoever owns the name chooses its address.
/// Null for none.
/// </param>
public sealed class DestinationPolicy(IReadOnlyList<DestinationRule> rules, PolicyVerdict otherwise, IReadOnlyCollection<AddressClass>? guarded = null)
{
    private readonly AddressClass[] _guarded = [.. guarded ?? []];

    /// <summary>In order.</summary>
    public IReadOnlyList<DestinationRule> Rules { get; } = rules;

    /// <summary>The verdict where no rule matches.</summary>
    public PolicyVerdict Otherwise { get; } = otherwise;

    /// <summary>Judges one destination.</summary>
    /// <param name="host">The name or address literal that was asked for.</param>
    /// <param name="port">The port.</param>
    /// <param name="resolved">The address that will be connected to; null where the name is resolved elsewhere.</param>
    public PolicyVerdict Judge(string host, int port, IPAddress? resolved) => Judge(new PolicyRequest(host, port, resolved));

    /// <summary>Judges one request.</summary>
    /// <param name="asked">The request; where classes are guarded, <c>localhost</c> and the names below it are loopback without being resolved.</param>
    public PolicyVerdict Judge(in PolicyRequest asked)
    {
        PolicyRequest request = Resolve(asked);
        AddressClass? named = GuardedClassOf(request);
        foreach (DestinationRule rule in Rules)
            if ((named is null || !rule.Allow || rule.NamesAddresses) && rule.Matches(request)) return new PolicyVerdict(rule.Allow, rule.ToString());
        return named is { } c ? new PolicyVerdict(false, $"default: {DestinationRule.Of(c, allow: false).Text} addresses must be named by a rule") : Otherwise;
    }

    /// <summary>Whether the request is denied whatever its name resolves to, so that it need not be resolved.</summary>
    /// <param name="asked">A request whose name is not resolved yet.</param>
    /// <param name="verdict">The denial.</param>
    public bool DeniesUnresolved(in PolicyRequest asked, out PolicyVerdict verdict)
    {
        PolicyRequest request = Resolve(asked);
        if (request.Resolved is not null || IPAddress.TryParse(request.Host, out _))
        {
            verdict = Judge(request);
            return !verdict.Allowed;
        }

        foreach (DestinationRule rule in Rules)
        {
            verdict = new PolicyVerdict(rule.Allow, rule.ToString());
            if (rule.Allow && rule.MayMatch(request)) return false;
            if (!rule.Allow && rule.MatchesUnresolved(request)) return true;
        }

        verdict = Otherwise;
        return !verdict.Allowed;
    }

    private AddressClass? GuardedClassOf(in PolicyRequest request)
    {
        if (_guarded.Length == 0) return null;
        if (request.Resolved is null && !IPAddress.TryParse(request.Host, out _)) return null;
        AddressClass c = AddressClassifier.Classify(request.Resolved ?? IPAddress.Parse(request.Host));
        return Array.IndexOf(_guarded, c) >= 0 ? c : null;
    }

    private PolicyRequest Resolve(in PolicyRequest request) =>
        _guarded.Length > 0 && request.Resolved is null && IsLocalName(request.Host) ? request with { Resolved = IPAddress.Loopback } : request;

    // RFC 6761 §6.3: these resolve to loopback, wherever that is done.
    private static bool IsLocalName(ReadOnlySpan<char> host)
    {
        host = host.TrimEnd('.');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }
}

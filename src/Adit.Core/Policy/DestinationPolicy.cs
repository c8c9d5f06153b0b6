using System.Net;

namespace Adit.Core.Policy;

/// <summary>An ordered list of rules over destinations; the first that matches decides. Pure: judge each address a name resolved to.</summary>
/// <param name="rules">In order.</param>
/// <param name="otherwise">The verdict where no rule matches.</param>
public sealed class DestinationPolicy(IReadOnlyList<DestinationRule> rules, PolicyVerdict otherwise)
{
    /// <summary>In order.</summary>
    public IReadOnlyList<DestinationRule> Rules { get; } = rules;

    /// <summary>The verdict where no rule matches.</summary>
    public PolicyVerdict Otherwise { get; } = otherwise;

    /// <summary>Judges one destination.</summary>
    /// <param name="host">The name or address literal that was asked for.</param>
    /// <param name="port">The port.</param>
    /// <param name="resolved">The address that will be connected to; null where the name is resolved elsewhere.</param>
    public PolicyVerdict Judge(string host, int port, IPAddress? resolved)
    {
        foreach (DestinationRule rule in Rules)
            if (rule.Matches(host, port, resolved)) return new PolicyVerdict(rule.Allow, rule.ToString());
        return Otherwise;
    }
}

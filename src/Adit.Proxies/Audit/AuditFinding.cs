namespace Adit.Proxies.Audit;

/// <summary>One request of an audit and what came of it.</summary>
/// <param name="Protocol"><c>connect</c>, <c>http</c>, <c>socks5</c>, <c>socks4</c>.</param>
/// <param name="Kind">What it tests: <c>port</c>, <c>loopback</c>, <c>private</c>, <c>metadata</c>.</param>
/// <param name="Target">Where to.</param>
/// <param name="Outcome">What the proxy did.</param>
/// <param name="Answer">Its words.</param>
public sealed record AuditFinding(string Protocol, string Kind, string Target, AuditOutcome Outcome, string Answer)
{
    /// <summary>Whether it is a hole: a stranger gets there.</summary>
    public bool IsHole => Outcome is AuditOutcome.Granted or AuditOutcome.Tried;
}

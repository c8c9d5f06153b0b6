namespace Adit.Gateway.Configuration;

/// <summary>How a link makes sure that its peer is there (GRE).</summary>
/// <param name="Interval">Between two keepalives.</param>
/// <param name="Retries">Unanswered ones after which the peer counts as gone.</param>
public sealed record LinkKeepalive(TimeSpan Interval, int Retries)
{
    /// <summary>Cisco's default.</summary>
    public const int UsualRetries = 3;

    /// <summary><c>10s,3</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Yaml.NodeValues.Write(Interval)},{Retries}");
}

namespace Adit.Cli.Tour;

/// <summary>One kind of tunnel that the tour opens.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Stack">Its protocols, outermost first; what is carried comes last.</param>
/// <param name="Command">The command that does the same for real.</param>
/// <param name="OpenAsync">Opens the tunnel to the site's echo.</param>
internal sealed record TourRow(string Name, string Stack, string Command, Func<TourSite, CancellationToken, Task<TourTunnel>> OpenAsync)
{
    /// <summary>Octets that go through it at most, where it is slow; null for as many as were asked for.</summary>
    public long? MostOctets { get; init; }

    /// <summary>Why this machine does not permit it; null where it does.</summary>
    public Func<string?> Missing { get; init; } = () => null;
}

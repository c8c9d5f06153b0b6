using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <content>Probing anew while it runs: a resolver may be started with other settings, or a network changed under it, and the session should not notice.</content>
internal sealed partial class DnsMailbox
{
    /// <summary>How often a route's shape was found anew and differed.</summary>
    public int Changes { get; private set; }

    /// <summary>Large answers do not come any more. Under the gate.</summary>
    private static void LeaveJumbo(DnsRoute route)
    {
        if (!route.CanJumbo) return;
        route.CanJumbo = false;
        route.Health.Suspect();
    }

    /// <summary>Whether it is time to probe a route; then it counts as being probed. Under the gate.</summary>
    private bool MustProbe(DnsRoute route, long now)
    {
        if (_probe is null || route.IsProbing || route.RetryAt > 0) return false;
        bool isFailing = route.Health.IsFailing(now);
        // Where all fails, and a probe found no other way, large answers are no matter of their own.
        if (!isFailing && (route.WasProbedInVain || !route.Health.MayDoBetter(now))) return false;
        (route.IsProbing, route.IsPaused) = (true, isFailing);
        return true;
    }

    private async Task ProbeAsync(DnsRoute route)
    {
        (DnsDomainName Domain, DnsShape Shape)? found = null;
        try
        {
            found = await _probe!(route, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The mailbox has ended.
        }

        DnsDomainName former;
        lock (_gate)
        {
            if (_isDisposed) return;
            long now = Now;
            former = route.Domain;
            bool wasFailing = route.IsPaused;
            if (found is { } seen) found = route.Judge(seen.Domain, seen.Shape);
            (route.IsProbing, route.IsPaused) = (false, false);
            bool differs = found is { } f && (f.Shape != route.Shape || f.Domain != route.Domain);
            if (differs) Changes++;
            if (found is { } way)
            {
                route.Adopt(way.Domain, way.Shape);
                // Its silence was the old shape's.
                if (differs && route.UnansweredSince != long.MaxValue) route.UnansweredSince = now;
            }

            route.Health.OnProbed(now, found is not null, differs, route.IsLacking);
            route.WasProbedInVain = wasFailing && !differs && !route.Health.IsCut;
            Rouse();
        }

        if (found is { } adopted) _adopted?.Invoke(route.Link.Resolver, former, adopted.Domain, adopted.Shape);
        _changed?.Invoke();
    }
}

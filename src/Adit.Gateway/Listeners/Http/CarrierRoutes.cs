namespace Adit.Gateway.Listeners.Http;

/// <summary>Which paths of one address are carriers, and in which forms.</summary>
internal sealed class CarrierRoutes
{
    private readonly (string Path, CarrierForms Forms)[] _routes;

    public CarrierRoutes(IEnumerable<ListenUri> places)
    {
        _routes = [.. places.GroupBy(p => p.Path).Select(g => (Path: g.Key, Forms: g.Aggregate(CarrierForms.None, (f, p) => f | FormsOf(p)))).OrderByDescending(r => r.Path.Length)];
    }

    /// <summary>The forms that a request's path may have, and what of it lies below the carrier's path; none for a stranger's.</summary>
    public (CarrierForms Forms, string Below) Find(string path)
    {
        foreach ((string at, CarrierForms forms) in _routes)
        {
            if (!path.StartsWith(at, StringComparison.Ordinal)) continue;
            string below = path[at.Length..];
            if (below.Length == 0 || below[0] == '/') return (forms, at.Length == 0 && below == "/" ? "" : below);
        }

        return (CarrierForms.None, "");
    }

    /// <summary>The carrier's path that a request's lies below.</summary>
    public string Base(string path) => path[..^Find(path).Below.Length];

    // http and https take every rung of the ladder, WebSocket among them.
    private static CarrierForms FormsOf(ListenUri place) => place.Scheme is "ws" or "wss" ? CarrierForms.WebSocket : CarrierForms.WebSocket | CarrierForms.Bodies;
}

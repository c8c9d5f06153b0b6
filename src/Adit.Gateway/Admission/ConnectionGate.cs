using System.Net;

namespace Adit.Gateway.Admission;

/// <summary>What every new connection passes before a single octet is read from it: penalties of its source, then the limit of half-open ones.</summary>
/// <param name="startups">The limiter.</param>
/// <param name="penalties">The penalties.</param>
/// <param name="options">How sources are told apart.</param>
/// <param name="graceTime">How long a login may take; zero is no limit.</param>
/// <param name="time">The clock; the system's if null.</param>
/// <param name="sources">Limits half-open connections of one source; null for no limit.</param>
public sealed class ConnectionGate(
    StartupLimiter startups, SourcePenalties penalties, PenaltyOptions options, TimeSpan graceTime, TimeProvider? time = null, SourceStartups? sources = null)
{
    /// <summary>Lets a connection in, or says why not.</summary>
    /// <param name="address">The peer's address; null where the carrier does not tell.</param>
    /// <param name="carrierKey">The name of the carrier key; null where there is none.</param>
    /// <param name="login">The login under way, which the connection owns; null if it was refused.</param>
    /// <param name="why">Why it was refused, for the log; else null.</param>
    public bool TryEnter(IPAddress? address, string? carrierKey, out PendingLogin? login, out string? why)
    {
        login = null;
        PenaltySource? source = PenaltySource.Of(address, carrierKey, options);
        if (penalties.IsRefused(source, out TimeSpan remaining))
        {
            why = $"penalties: {source} is refused for {Math.Ceiling(remaining.TotalSeconds)} s more";
            return false;
        }

        if (!startups.TryEnter())
        {
            why = $"max-startups: {startups.Pending} connections are logging in already";
            return false;
        }

        PenaltySource? counted = sources?.SourceOf(address);
        if (sources is not null && !sources.TryEnter(counted))
        {
            startups.Leave();
            why = $"max-startups: {counted} has {sources.Limit} connections that are logging in already";
            return false;
        }

        why = null;
        login = new PendingLogin(startups, penalties, source, new LoginGrace(graceTime, time), () => sources?.Leave(counted));
        return true;
    }
}

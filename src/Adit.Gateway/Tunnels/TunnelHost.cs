using Adit.Core;
using Adit.Gateway.Addresses;
using Adit.Gateway.Configuration;
using Adit.Gateway.State;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Tunnels;

/// <summary>What the tunnels of all sessions of a gateway share: how many there are, and who has which address.</summary>
internal sealed partial class TunnelHost : IDisposable
{
    private readonly AddressLeases? _leases;
    private readonly Dictionary<string, int> _ofKey = [];
    private int _count;

    private TunnelHost(TunnelConfiguration configuration, AddressLeases? leases) => (Configuration, _leases) = (configuration, leases);

    public TunnelConfiguration Configuration { get; }

    public AddressLeases? Leases => _leases;

    /// <summary>Makes one; SQLite is loaded only where there is a pool.</summary>
    /// <returns>Null where tunnels are off.</returns>
    /// <exception cref="TunnelException">The leases cannot be read.</exception>
    public static TunnelHost? Create(TunnelConfiguration configuration, StateFolder state, ILogger logger, TimeProvider time)
    {
        if (configuration.Permit.Count == 0) return null;
        return new TunnelHost(configuration, configuration.Pool.Count == 0 ? null : OpenLeases(configuration, state, logger, time));
    }

    /// <summary>Counts a tunnel.</summary>
    /// <exception cref="TunnelException">There are as many as there may be.</exception>
    public void Enter(string key)
    {
        lock (_ofKey)
        {
            int own = _ofKey.GetValueOrDefault(key);
            if (_count >= Configuration.Max) throw new TunnelException(TunnelError.ResourceShortage, $"tunnels: expected at most {Configuration.Max} at once");
            if (own >= Configuration.MaxPerKey) throw new TunnelException(TunnelError.ResourceShortage, $"tunnels: expected at most {Configuration.MaxPerKey} of a key at once");
            _ofKey[key] = own + 1;
            _count++;
        }
    }

    /// <summary>A tunnel that was counted has ended.</summary>
    public void Leave(string key)
    {
        lock (_ofKey)
        {
            _count--;
            if (--_ofKey[key] == 0) _ofKey.Remove(key);
        }
    }

    public void Dispose() => _leases?.Dispose();

    private static AddressLeases OpenLeases(TunnelConfiguration configuration, StateFolder state, ILogger logger, TimeProvider time) =>
        new(new AddressPool(configuration.Pool), SqliteLeaseStore.Open(System.IO.Path.Combine(state.Path, "leases.db")), configuration.LeaseTime, configuration.MaxPerKey, time, why => LogNotKept(logger, why));

    [LoggerMessage(Level = LogLevel.Error, Message = "tunnels: a lease could not be kept: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string reason);
}

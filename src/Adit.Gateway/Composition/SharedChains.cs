using Adit.Core.Streams;
using Adit.Gateway.Hops;

namespace Adit.Gateway.Composition;

/// <summary>Chains of hops that sections share: forwards through the same hops share their sessions, also across a reload. Safe for use by many threads.</summary>
internal sealed class SharedChains
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (HopChain Chain, int Users)> _chains = new(StringComparer.Ordinal);

    /// <summary>The chain of that key, made where there is none yet. Each call is answered by one of <see cref="ReleaseAsync"/>.</summary>
    /// <param name="key">What the hops are, secrets and files included.</param>
    /// <param name="make">Makes it; connects nothing yet.</param>
    public HopChain Acquire(string key, Func<IStreamDialer, HopChain> make)
    {
        lock (_lock)
        {
            (HopChain chain, int users) = _chains.TryGetValue(key, out (HopChain, int) known) ? known : (make(new SocketDialer()), 0);
            _chains[key] = (chain, users + 1);
            return chain;
        }
    }

    /// <summary>Gives it back; the last to do so ends its sessions.</summary>
    public async ValueTask ReleaseAsync(string key)
    {
        HopChain? last = null;
        lock (_lock)
        {
            if (!_chains.TryGetValue(key, out (HopChain Chain, int Users) known)) return;
            if (known.Users > 1)
            {
                _chains[key] = (known.Chain, known.Users - 1);
            }
            else
            {
                _chains.Remove(key);
                last = known.Chain;
            }
        }

        if (last is not null) await last.DisposeAsync().ConfigureAwait(false);
    }
}

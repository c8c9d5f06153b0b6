using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;

namespace Adit.Gateway.Hops;

/// <summary>The explicit table from a hop's scheme to what makes its dialer. Immutable.</summary>
/// <param name="factories">The schemes that are there.</param>
public sealed class HopRegistry(IReadOnlyDictionary<string, HopFactory> factories)
{
    private readonly Dictionary<string, HopFactory> _factories = new(factories, StringComparer.OrdinalIgnoreCase);

    /// <summary>The schemes that are there.</summary>
    public IReadOnlyCollection<string> Schemes => _factories.Keys;

    /// <summary>Folds the hops into one dialer: each dials through the one before it.</summary>
    /// <param name="hops">The hops, nearest first; with none, the chain dials as <paramref name="first"/> does.</param>
    /// <param name="first">Dials the nearest hop: this machine's own network.</param>
    /// <returns>The chain, which the caller owns.</returns>
    /// <exception cref="TunnelException">A scheme is not there.</exception>
    public HopChain Chain(IEnumerable<HopUri> hops, IStreamDialer first)
    {
        ArgumentNullException.ThrowIfNull(hops);
        ArgumentNullException.ThrowIfNull(first);
        var links = new List<(HopUri Hop, IStreamDialer Dialer)>();
        IStreamDialer dialer = first;
        foreach (HopUri hop in hops)
        {
            if (!_factories.TryGetValue(hop.Scheme.Name, out HopFactory? factory))
            {
                throw new TunnelException(
                    TunnelError.NotSupported, $"{hop}: {hop.Scheme.Name}:// hops are not there yet in this version; expected one of {string.Join(", ", Schemes.Select(s => s + "://"))}", hop.ToString());
            }

            dialer = factory(hop, dialer);
            links.Add((hop, dialer));
        }

        return new HopChain(dialer, links);
    }
}

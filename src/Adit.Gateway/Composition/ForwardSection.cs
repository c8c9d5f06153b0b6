using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Forwards;
using Adit.Gateway.Hops;
using Adit.Gateway.Status;
using Adit.Ssh.Forwarding;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Composition;

/// <summary>A running item of <c>forwards:</c>: a forwarder a port, all through one chain of hops.</summary>
internal sealed class ForwardSection : ISection
{
    private readonly ForwardConfiguration _configuration;
    private readonly HopChain _chain;
    private readonly Func<ValueTask> _release;
    private readonly List<StreamForwarder> _streams = [];
    private readonly List<DatagramForwarder> _datagrams = [];
    private readonly List<string> _listening = [];
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;
    private int _disposed;

    private ForwardSection(ForwardConfiguration configuration, HopChain chain, Func<ValueTask> release)
    {
        _configuration = configuration;
        _chain = chain;
        _release = release;
    }

    public IReadOnlyList<string> Listening => _listening;

    /// <summary>Binds the listeners and forwards.</summary>
    /// <param name="configuration">What it does.</param>
    /// <param name="chain">The hops.</param>
    /// <param name="release">Gives the chain back.</param>
    /// <param name="logger">Hears of targets that were not reached.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">An address cannot be listened on.</exception>
    public static async Task<ISection> StartAsync(ForwardConfiguration configuration, HopChain chain, Func<ValueTask> release, ILogger logger, CancellationToken cancellationToken)
    {
        var section = new ForwardSection(configuration, chain, release);
        try
        {
            foreach (ForwardPair pair in ForwardPair.Of(configuration)) await section.AddAsync(pair, logger, cancellationToken).ConfigureAwait(false);
            return section;
        }
        catch
        {
            await section.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public SectionStatus Status(int connections)
    {
        ForwarderStatistics[] did = [.. _streams.Select(s => s.Statistics)];
        var live = new List<ConnectionStatus>();
        foreach (StreamForwarder each in _streams)
            live.AddRange(each.Connections(connections - live.Count).Select(c => Describe(c, each.Target)));
        foreach (DatagramForwarder each in _datagrams)
            live.AddRange(each.Sources(connections - live.Count).Select(s => new ConnectionStatus { From = s.ToString(), What = "udp flow", Since = _since }));
        return new SectionStatus
        {
            Kind = "forward",
            Listening = _listening,
            Target = _configuration.Target?.ToString(),
            Hops = _chain.Status,
            Since = _since,
            Accepted = did.Sum(d => d.Accepted),
            Active = _streams.Sum(s => s.ConnectionCount) + _datagrams.Sum(d => d.Count),
            Refused = _datagrams.Sum(d => d.Dropped),
            Failed = did.Sum(d => d.Failed) + _datagrams.Sum(d => d.Failed),
            Up = did.Sum(d => d.Up) + _datagrams.Sum(d => d.Octets.Up),
            Down = did.Sum(d => d.Down) + _datagrams.Sum(d => d.Octets.Down),
            Connections = live,
        }.WithLive();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        foreach (StreamForwarder each in _streams)
        {
            await each.DisposeAsync().ConfigureAwait(false);
            each.AbortConnections();
        }

        foreach (DatagramForwarder each in _datagrams) await each.DisposeAsync().ConfigureAwait(false);
        await _release().ConfigureAwait(false);
    }

    private static ConnectionStatus Describe(ForwardedConnection connection, Destination target)
    {
        (long Sent, long Received)? octets = (connection.Incoming.Stream as SocketStream)?.Octets;
        return new ConnectionStatus
        {
            From = connection.Incoming.Source?.ToString(),
            What = target.ToString(),
            Since = connection.Began,
            Up = octets?.Received,
            Down = octets?.Sent,
        };
    }

    private async Task AddAsync(ForwardPair pair, ILogger logger, CancellationToken cancellationToken)
    {
        if (pair is { Listen: UdpDestination at, Target: UdpDestination to })
        {
            (IReadOnlyList<Socket> sockets, UdpDestination boundAt) = await DatagramBinder.BindAsync(at, cancellationToken).ConfigureAwait(false);
            _datagrams.Add(new DatagramForwarder(sockets, boundAt, _chain, to, logger: logger));
            _listening.Add(boundAt.ToString());
            return;
        }

        IStreamListener listener = await new SocketBinder().BindAsync(pair.Listen, cancellationToken).ConfigureAwait(false);
        _streams.Add(new StreamForwarder(listener, _chain, pair.Target, logger));
        _listening.Add(listener.BoundAt.ToString());
    }
}

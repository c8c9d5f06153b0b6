using System.Diagnostics;
using Adit.Carriers.Http;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Adit.Ssh.Client;
using Adit.Ssh.Config;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Doctor;

/// <summary>
/// Finds the ways to a server of SSH that pass. Theory of operation: every way is dialled, a few at once, until the server's identification is there and a packet follows
/// ours; no way sees more than that of a server whose host key is not known. Then, one after the other, those that pass are dialled again for a session with the
/// user's own keys, and measured. Nobody is asked anything, nothing is remembered, and a hop is sent the credentials that stand in its own URI, no others.
/// </summary>
public sealed class PathDoctor
{
    private readonly DoctorTarget _target;
    private readonly DoctorOptions _options;
    private readonly ILogger? _logger;

    /// <summary>Makes one.</summary>
    /// <param name="target">Whom to reach.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="logger">Debug words of hops and sessions; null for none.</param>
    public PathDoctor(DoctorTarget target, DoctorOptions? options = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _options = options ?? new DoctorOptions();
        _logger = logger;
    }

    /// <summary>Tries ways.</summary>
    /// <param name="ways">The ways.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of each, in their order.</returns>
    public async Task<IReadOnlyList<WayResult>> RunAsync(IReadOnlyList<Way> ways, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ways);
        using var overall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        overall.CancelAfter(_options.Overall);
        using var turns = new SemaphoreSlim(_options.Parallel);
        var registry = BuiltInHops.Create(new Nobody(_logger), _logger, _target.ConfigFile);
        WayResult[] results = await Task.WhenAll(ways.Select(w => TakeTurnAsync(w, registry, turns, overall.Token, cancellationToken))).ConfigureAwait(false);
        if (!_options.LogsIn) return results;
        var refused = new HashSet<int>();
        for (int i = 0; i < results.Length; i++)
        {
            if (!results[i].Passes) continue;
            results[i] = refused.Contains(results[i].Way.Port)
                ? results[i] with { LoginWords = "not tried: the server did not take these keys on another way" }
                : await LogInAsync(results[i], registry, refused, overall.Token, cancellationToken).ConfigureAwait(false);
        }

        return results;
    }

    /// <summary>The best of the ways that pass: with a session before without, then the faster by half at least, then the nearer; null where none passes.</summary>
    /// <param name="results">What became of the ways.</param>
    public static WayResult? Best(IReadOnlyList<WayResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return results.Where(r => r.Passes)
            .OrderByDescending(r => r.LoggedIn == true)
            .ThenByDescending(r => Math.Floor(Math.Log(Math.Max(1, Math.Min(r.Upload ?? 1, r.Download ?? r.Upload ?? 1)), 2)))
            .ThenBy(r => r.Way.Hops.Count)
            .ThenBy(r => r.RoundTrip ?? r.Banner)
            .FirstOrDefault();
    }

    private async Task<WayResult> TakeTurnAsync(Way way, HopRegistry registry, SemaphoreSlim turns, CancellationToken overall, CancellationToken cancellationToken)
    {
        try
        {
            await turns.WaitAsync(overall).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(way, new TunnelException(TunnelError.Closed, $"not tried: expected all to be done within {_options.Overall.TotalSeconds:0.#} s"), null);
        }

        try
        {
            return await ProbeAsync(way, registry, overall, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    private async Task<WayResult> ProbeAsync(Way way, HopRegistry registry, CancellationToken overall, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(overall);
        limit.CancelAfter(_options.Patience * 3);
        long began = Stopwatch.GetTimestamp();
        TimeSpan? connected = null;
        TimeSpan? banner = null;
        try
        {
            SshConfig config = _target.Resolve(way.Port);
            HopChain chain = registry.Chain(way.Hops, new SocketDialer(_options.Patience));
            await using (chain.ConfigureAwait(false))
            {
                DuplexStream stream = await chain.DialAsync(new DialRequest(new TcpDestination(config.HostName, config.Port)), limit.Token).ConfigureAwait(false);
                await using (stream.ConfigureAwait(false))
                {
                    connected = Stopwatch.GetElapsedTime(began);
                    limit.CancelAfter(_options.Patience);
                    (string identification, TimeSpan? roundTrip) = await BannerProbe.RunAsync(stream, () => banner = Stopwatch.GetElapsedTime(began), limit.Token).ConfigureAwait(false);
                    return new WayResult { Way = way, Connected = connected, Banner = banner, RoundTrip = roundTrip, Identification = identification, Rung = RungOf(chain) };
                }
            }
        }
        catch (TunnelException e)
        {
            return Failed(way, e, connected);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string place = way.Hops.Count == 0 ? $"{_target.Destination.Host}:{way.Port}" : way.Hops[^1].ToString();
            return Failed(
                way,
                overall.IsCancellationRequested ? new TunnelException(TunnelError.Closed, $"{place}: expected all to be done within {_options.Overall.TotalSeconds:0.#} s")
                : connected is null ? new TunnelException(TunnelError.TimedOut, $"{place}: expected a connection within {_options.Patience.TotalSeconds * 3:0.#} s, got none")
                : new TunnelException(TunnelError.TimedOut, $"{place}: expected {(banner is null ? "the identification of SSH" : "SSH to go on")} within {_options.Patience.TotalSeconds:0.#} s, got nothing"),
                connected);
        }
    }

    private async Task<WayResult> LogInAsync(WayResult result, HopRegistry registry, HashSet<int> refused, CancellationToken overall, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(overall);
        limit.CancelAfter((_options.Patience * 3) + (_options.SpeedTime * 4));
        SshRoute? route = null;
        try
        {
            SshConfig config = _target.Resolve(result.Way.Port);
            HopChain chain = registry.Chain(result.Way.Hops, new SocketDialer(_options.Patience));
            await using (chain.ConfigureAwait(false))
            {
                route = await new SshConnector(new Nobody(_logger), _logger, chain, new SshConfigRequest { Host = "", ConfigFile = _target.ConfigFile }).ConnectAsync(config, limit.Token).ConfigureAwait(false);
                await using (route.ConfigureAwait(false))
                {
                    result = result with { LoggedIn = true, Rung = RungOf(chain) };
                    result = result with { RoundTrip = await SpeedTest.RoundTripAsync(route.Client, limit.Token).ConfigureAwait(false) };
                    if (_options.SpeedOctets == 0) return result;
                    result = result with { Upload = await SpeedTest.UploadAsync(route.Client, _options, limit.Token).ConfigureAwait(false) };
                    return result with { Download = await SpeedTest.DownloadAsync(route.Client, _options, limit.Token).ConfigureAwait(false) };
                }
            }
        }
        catch (TunnelException e) when (route is null)
        {
            if (e.Error == TunnelError.AuthenticationFailed) refused.Add(result.Way.Port);
            return result with { LoggedIn = false, LoginWords = e.Message };
        }
        catch (TunnelException e)
        {
            return result with { LoginWords = $"the session was lost while it was measured: {e.Message}" };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return result with { LoggedIn = route is not null, LoginWords = route is null ? "time was over before the session stood" : "time was over before all was measured" };
        }
    }

    private WayResult Failed(Way way, TunnelException e, TimeSpan? connected)
    {
        TunnelError cause = e.Error == TunnelError.HopUnreachable && e.InnerException is TunnelException inner ? inner.Error : e.Error;
        // A hop of SSH, and a carrier, tell their own unreachability in the words of their target's.
        bool isSsh = e.Hop is { } hop && hop.StartsWith("ssh://", StringComparison.Ordinal);
        bool isCarrier = way.Hops is [{ Scheme.Kind: HopKind.Carrier }];
        bool isAtHop = (isSsh || isCarrier) && connected is null && e.Error is (TunnelError.ConnectionRefused or TunnelError.TimedOut or TunnelError.Unreachable or TunnelError.NameNotResolved)
            && !e.Message.StartsWith($"{e.Hop}: {new TcpDestination(_target.Resolve(way.Port).HostName, way.Port)}: ", StringComparison.Ordinal);
        string advice = isSsh && e.Error == TunnelError.AuthenticationFailed ? "the hop does not take your keys: ?identity=FILE, or an agent that holds the right one"
            : Advice.Of(isAtHop ? TunnelError.HopUnreachable : e.Error, way, connected is not null, cause);
        return new WayResult { Way = way, Connected = connected, Error = e.Error, Message = e.Message, Advice = advice };
    }

    private static string? RungOf(HopChain chain) => chain.Last is HttpCarrierDialer { Known: { } rung } ? $"rung {(int)rung} ({HttpCarrierDialer.NameOf(rung)})" : null;

    /// <summary>There is nobody to be asked.</summary>
    private sealed class Nobody(ILogger? logger) : IUserDialogue
    {
        public ValueTask<string?> AskAsync(string question, bool isSecret, CancellationToken cancellationToken = default) => new((string?)null);

        public void Tell(string text) => logger?.LogDebug("{Text}", text);
    }
}

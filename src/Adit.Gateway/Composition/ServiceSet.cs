using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Configuration.Rules;
using Adit.Gateway.Serving;
using Adit.Gateway.Status;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Composition;

/// <summary>
/// Everything that a configuration runs: what <c>adit up</c>, <c>adit serve</c>, <c>adit proxy</c> and <c>adit forward</c> have in common. Theory of operation: a configuration is a list of
/// sections, each known by its identity (<see cref="SectionPlan"/>). A reload compares identities: what is equal stays untouched, with its listeners and connections; what is new is
/// started, and only when all of it runs is what is gone ended. A new section whose address an old one still holds has to wait for that one's end; if it then
/// fails, the old ones are started again. So a reload either succeeds as a whole or leaves what ran before running. Not safe for concurrent reloads.
/// </summary>
public sealed partial class ServiceSet : IAsyncDisposable
{
    private readonly ServiceSetOptions _options;
    private readonly ILogger _logger;
    private readonly SharedChains _chains = new();
    private volatile IReadOnlyList<Running> _running = [];

    private ServiceSet(ServiceSetOptions options)
    {
        _options = options;
        _logger = options.Loggers.CreateLogger("services");
    }

    /// <summary>Where its sections listen, ports resolved, in the order of the configuration.</summary>
    public IReadOnlyList<string> Listening => [.. _running.SelectMany(r => r.Section.Listening)];

    /// <summary>The gateway; null where the configuration has none.</summary>
    public GatewayServer? Gateway => _running.Select(r => r.Section).OfType<GatewaySection>().FirstOrDefault()?.Server;

    /// <summary>Completes when the first of the sections that run now, at least one, has ended by itself, and fails with what broke it.</summary>
    public Task Broken => Task.WhenAny(_running.Select(r => r.Section.Broken)).Unwrap();

    /// <summary>Starts all sections, or none.</summary>
    /// <param name="configuration">What to run.</param>
    /// <param name="options">What it needs.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <returns>The services, which the caller owns.</returns>
    /// <exception cref="TunnelException">The configuration breaks a rule, or a section cannot start; the message names it.</exception>
    public static async Task<ServiceSet> StartAsync(AditConfiguration configuration, ServiceSetOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var set = new ServiceSet(options);
        await set.ReloadAsync(configuration, cancellationToken).ConfigureAwait(false);
        return set;
    }

    /// <summary>Runs another configuration from now on; what did not change keeps its listeners and its connections.</summary>
    /// <param name="configuration">What to run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">It breaks a rule, or a section of it cannot start: what ran before still does.</exception>
    public async Task<ReloadResult> ReloadAsync(AditConfiguration configuration, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach ((string path, string message) in ConfigurationRules.Check(configuration).Concat(HiddenPasswords.Of(configuration))) throw new TunnelException(TunnelError.BadConfiguration, $"{path}: {message}");
        IReadOnlyList<SectionPlan> plans = PlansOf(configuration);
        var left = new List<Running>(_running);
        var kept = new Dictionary<SectionPlan, Running>(ReferenceEqualityComparer.Instance);
        foreach (SectionPlan plan in plans)
        {
            int same = left.FindIndex(r => r.Plan.Identity == plan.Identity);
            if (same < 0) continue;
            kept[plan] = new Running(plan, left[same].Section);
            left.RemoveAt(same);
        }

        var started = new Dictionary<SectionPlan, Running>(ReferenceEqualityComparer.Instance);
        var waiting = new List<SectionPlan>();
        try
        {
            foreach (SectionPlan plan in plans.Where(p => !kept.ContainsKey(p)))
            {
                if (plan.Places.Any(p => left.Exists(r => r.Plan.Places.Contains(p)))) waiting.Add(plan);
                else started[plan] = await StartAsync(plan, cancellationToken).ConfigureAwait(false);
            }

            if (waiting.Count > 0) await ReplaceAsync(left, waiting, started, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            foreach (Running each in started.Values) await each.Section.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _running = [.. plans.Select(p => kept.GetValueOrDefault(p) ?? started[p])];
        foreach (Running each in left) await each.Section.DisposeAsync().ConfigureAwait(false);
        return new ReloadResult(kept.Count, left.Count, started.Count);
    }

    /// <summary>What each section does now and did so far.</summary>
    /// <param name="connections">The most connections that one may list.</param>
    public IReadOnlyList<SectionStatus> Status(int connections) => [.. _running.Select(r => r.Section.Status(connections))];

    /// <summary>Ends all sections.</summary>
    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<Running> running = _running;
        _running = [];
        await Task.WhenAll(running.Select(r => r.Section.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    /// <summary>Ends those that stand in the way, and starts those that waited for it; if that fails, what was ended is started again.</summary>
    private async Task ReplaceAsync(List<Running> old, List<SectionPlan> waiting, Dictionary<SectionPlan, Running> started, CancellationToken cancellationToken)
    {
        Running[] inTheWay = [.. old.Where(r => waiting.Exists(w => w.Places.Any(r.Plan.Places.Contains)))];
        foreach (Running each in inTheWay) await each.Section.DisposeAsync().ConfigureAwait(false);
        var now = new List<Running>();
        try
        {
            foreach (SectionPlan plan in waiting) now.Add(await StartAsync(plan, cancellationToken).ConfigureAwait(false));
            foreach (Running each in now) started[each.Plan] = each;
        }
        catch
        {
            foreach (Running each in now) await each.Section.DisposeAsync().ConfigureAwait(false);
            await RestoreAsync(inTheWay).ConfigureAwait(false);
            throw;
        }
    }

    private async Task RestoreAsync(Running[] ended)
    {
        var running = new List<Running>(_running);
        foreach (Running each in ended)
        {
            int at = running.IndexOf(each);
            try
            {
                running[at] = await StartAsync(each.Plan, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TunnelException e)
            {
                LogNotRestored(_logger, e.Message);
                running.RemoveAt(at);
            }
        }

        _running = running;
    }

    private static async Task<Running> StartAsync(SectionPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            return new Running(plan, await plan.StartAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (TunnelException e)
        {
            throw new TunnelException(e.Error, $"{plan.Name}: {e.Message}", e.Hop, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}: it ran before the reload, and does not run any more")]
    private static partial void LogNotRestored(ILogger logger, string reason);

    private sealed record Running(SectionPlan Plan, ISection Section);
}

using System.Collections.Concurrent;
using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Microsoft.Extensions.Logging;

namespace Adit.Proxies.Tests.Serving;

/// <summary>A proxy on a loopback port, its log and its access log.</summary>
internal sealed class ProxyHost : IAsyncDisposable, IProxyAccessLog, ILogger
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private ProxyHost(ProxyOptions options) => Service = new ProxyService(options with { Pseudonym = options.Pseudonym ?? "tester" }, this, this);

    public ProxyService Service { get; }

    public IPEndPoint EndPoint { get; private set; } = new(0, 0);

    public ConcurrentQueue<ProxyAccess> Accesses { get; } = [];

    public ConcurrentQueue<string> Lines { get; } = [];

    public static async Task<ProxyHost> StartAsync(ProxyOptions? options = null, string at = "127.0.0.1")
    {
        var host = new ProxyHost(options ?? new ProxyOptions());
        IStreamListener listener = await new SocketBinder(spread: true).BindAsync(new TcpDestination(at, 0));
        host.EndPoint = new IPEndPoint(at == "0.0.0.0" ? IPAddress.Loopback : IPAddress.Parse(at), ((TcpDestination)listener.BoundAt).Port);
        host.Service.Add(listener);
        return host;
    }

    public static DestinationRule Rule(string text)
    {
        string[] words = text.Split(' ', 2);
        Assert.True(DestinationRule.TryParseConditional(words[1], words[0] == "allow", out DestinationRule? rule, out string? why), why);
        return rule!;
    }

    public static ProxyOptions WithRules(params string[] rules) => new() { Rules = [.. rules.Select(Rule)] };

    public async Task<RawConnection> ConnectAsync() => await RawConnection.OpenAsync(EndPoint);

    /// <summary>Waits until the access log has so many entries; returns the last.</summary>
    public async Task<ProxyAccess> AccessAsync(int count = 1)
    {
        await UntilAsync(() => Accesses.Count >= count, $"{count} entries of the access log");
        return Accesses.ToArray()[count - 1];
    }

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!condition())
        {
            if (deadline.IsCancellationRequested) Assert.Fail($"expected {what} within {Patience.TotalSeconds} s");
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        Assert.DoesNotContain(Lines, l => l.Contains("unexpected failure", StringComparison.Ordinal));
    }

    void IProxyAccessLog.Add(ProxyAccess access) => Accesses.Enqueue(access);

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel} {formatter(state, exception)}{(exception is null ? "" : $": {exception}")}");
}

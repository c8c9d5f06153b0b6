using Adit.Core;
using Adit.Core.Streams;
using Adit.Proxies.Audit;
using Adit.Proxies.Tests.Serving;
using Adit.Proxies.Users;

namespace Adit.Proxies.Tests.Audit;

/// <summary>The audit finds the hole where there is one, and none where there is none.</summary>
public sealed class ProxyAuditorTests
{
    [Fact]
    public async Task ProxyBeyondLoopback_HasNoHole()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(at: "0.0.0.0");
        IReadOnlyList<AuditFinding> findings = await AuditAsync(proxy);
        Assert.DoesNotContain(findings, f => f.IsHole && f.Kind != "port");
        Assert.DoesNotContain(findings, f => f.IsHole);
        Assert.Contains(findings, f => f is { Protocol: "connect", Kind: "loopback", Outcome: AuditOutcome.Refused });
        Assert.Contains(findings, f => f is { Protocol: "socks5", Kind: "private", Outcome: AuditOutcome.Refused });
    }

    [Fact]
    public async Task OpenProxy_IsFoundOpen()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(ProxyHost.WithRules("deny @private", "deny @metadata", "deny @reserved", "allow *:*"));
        IReadOnlyList<AuditFinding> findings = await AuditAsync(proxy);
        foreach (string protocol in (string[])["connect", "socks5", "socks4"])
            Assert.Contains(findings, f => f.Protocol == protocol && f.Kind == "loopback" && f.Target == $"127.0.0.1:{proxy.EndPoint.Port}" && f.Outcome == AuditOutcome.Granted);
        Assert.Contains(findings, f => f is { Protocol: "http", Kind: "loopback", IsHole: true });
        Assert.DoesNotContain(findings, f => f is { Kind: "private", IsHole: true });
    }

    [Fact]
    public async Task ProxyWithPasswords_AsksForThem()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Users = new ProxyUsers([("u", "p")]) });
        IReadOnlyList<AuditFinding> findings = await AuditAsync(proxy);
        Assert.All(findings.Where(f => f.Protocol != "socks4"), f => Assert.Equal(AuditOutcome.AuthenticationRequired, f.Outcome));
        Assert.DoesNotContain(findings, f => f.IsHole);
    }

    [Fact]
    public async Task WhatIsNoProxy_IsTold()
    {
        await using var origin = new RawOrigin();
        _ = Task.Run(async () =>
        {
            while (true) await (await origin.NextAsync()).DisposeAsync();
        });
        IReadOnlyList<AuditFinding> findings = await new ProxyAuditor(new TcpDestination("127.0.0.1", origin.Port), new SocketDialer(), TimeSpan.FromSeconds(5)).RunAsync();
        Assert.DoesNotContain(findings, f => f.IsHole);
        Assert.All(findings, f => Assert.True(f.Outcome is AuditOutcome.NotSpoken or AuditOutcome.Unclear));
    }

    private static Task<IReadOnlyList<AuditFinding>> AuditAsync(ProxyHost proxy) =>
        new ProxyAuditor(new TcpDestination("127.0.0.1", proxy.EndPoint.Port), new SocketDialer(), TimeSpan.FromSeconds(5)).RunAsync();
}

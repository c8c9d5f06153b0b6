using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.Hops;

namespace Adit.Gateway.Tests.Hops;

public sealed class HopRegistryTests
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task Chain_DialsEachHop_ThroughTheOneBeforeIt()
    {
        HopChain chain = Registry().Chain([HopUri.Parse("ssh://a", "t"), HopUri.Parse("ssh://b:2200", "t")], new Recorder("here", _log));
        await Assert.ThrowsAsync<TunnelException>(async () => await chain.DialAsync(new DialRequest(new TcpDestination("target", 80))));
        Assert.Equal(["b dials target:80", "a dials b:2200", "here dials a:22"], _log);
        _log.Clear();
        await chain.DisposeAsync();
        Assert.Equal(["b closed", "a closed"], _log);
    }

    [Fact]
    public async Task NoHops_DialFromHere()
    {
        await using HopChain chain = Registry().Chain([], new Recorder("here", _log));
        await Assert.ThrowsAsync<TunnelException>(async () => await chain.DialAsync(new DialRequest(new TcpDestination("target", 80))));
        Assert.Equal(["here dials target:80"], _log);
    }

    [Fact]
    public void UnknownScheme_IsRefusedByName()
    {
        TunnelException e = Assert.Throws<TunnelException>(() => Registry().Chain([HopUri.Parse("tcp://a:1", "t")], new Recorder("here", _log)));
        Assert.Equal(TunnelError.NotSupported, e.Error);
        Assert.Contains("tcp:// hops are not there yet in this version; expected one of ssh://", e.Message);
    }

    private HopRegistry Registry() => new(new Dictionary<string, HopFactory> { ["ssh"] = (hop, previous) => new Recorder(hop.Host, _log, previous, hop.Destination) });

    private sealed class Recorder(string name, List<string> log, IStreamDialer? previous = null, Destination? self = null) : IStreamDialer, IAsyncDisposable
    {
        public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
        {
            log.Add($"{name} dials {request.To}");
            return previous is null ? throw new TunnelException(TunnelError.ConnectionRefused, "end") : previous.DialAsync(new DialRequest(self!), cancellationToken);
        }

        public ValueTask DisposeAsync()
        {
            log.Add($"{name} closed");
            return ValueTask.CompletedTask;
        }
    }
}

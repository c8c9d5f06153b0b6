using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Dns;

/// <summary>One path without loss and one gateway at its end for the tests of a class, which run one after the other: made by the first that needs it, since four links and a gateway take seconds to start on a busy machine.</summary>
public sealed class SharedDnsGateway : IAsyncDisposable
{
    private Task<DnsGateway>? _started;

    public Task<DnsGateway> StartedAsync() => _started ??= DnsGateway.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_started is { IsCompletedSuccessfully: true }) await (await _started).DisposeAsync();
    }
}

using Adit.Carriers.Http;
using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Carriers.Tests.Http;

public sealed class HttpCarrierDialerTests
{
    [Theory]
    [InlineData(TunnelError.HopUnreachable, false, 1)]
    [InlineData(TunnelError.HopUnreachable, true, 1)]
    [InlineData(TunnelError.Unreachable, false, 1)]
    [InlineData(TunnelError.Unreachable, true, 3)] // the proxy may reach by plain requests what it does not by CONNECT
    [InlineData(TunnelError.PermissionDenied, true, 3)]
    public async Task WhatNoOtherRungWouldMend_EndsTheAttempt(TunnelError error, bool throughProxy, int dials)
    {
        var failing = new Failing(error);
        var options = new HttpCarrierOptions
        {
            Name = "http://gateway/t", Host = "gateway", Port = 80, Rungs = [HttpRung.WebSocket, HttpRung.Duplex, HttpRung.Pair], Tunnel = throughProxy ? failing : null,
        };
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await new HttpCarrierDialer(options, failing).DialAsync(new DialRequest(new TcpDestination("gateway", 80))));
        Assert.Equal((error, dials), (e.Error, failing.Dials));
        Assert.StartsWith("http://gateway/t: ", e.Message, StringComparison.Ordinal);
    }

    private sealed class Failing(TunnelError error) : IStreamDialer
    {
        public int Dials { get; private set; }

        public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
        {
            Dials++;
            throw new TunnelException(error, "no");
        }
    }
}

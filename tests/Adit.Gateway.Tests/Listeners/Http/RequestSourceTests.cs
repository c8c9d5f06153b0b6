using System.Net;
using Adit.Gateway.Listeners.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Adit.Gateway.Tests.Listeners.Http;

public sealed class RequestSourceTests
{
    [Theory]
    [InlineData("192.0.2.9", "198.51.100.1", "192.0.2.9")] // nobody's word but a proxy's
    [InlineData("10.0.0.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "203.0.113.7, 198.51.100.1", "198.51.100.1")] // what stands before, the client wrote
    [InlineData("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1")]
    [InlineData("10.0.0.1", "[2001:db8::1]:4000", "2001:db8::1")]
    [InlineData("10.0.0.1", "nonsense", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    public void Source_IsWhatTrustedProxiesTell(string peer, string forwarded, string expected)
    {
        var features = new FeatureCollection();
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = IPAddress.Parse(peer), RemotePort = 1 });
        var request = new HttpRequestFeature();
        if (forwarded.Length > 0) request.Headers["X-Forwarded-For"] = forwarded;
        features.Set<IHttpRequestFeature>(request);
        Assert.Equal(IPAddress.Parse(expected), new RequestSource([IPNetwork.Parse("10.0.0.0/8")]).Of(features)!.Address);
    }
}

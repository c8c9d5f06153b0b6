using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.Doctor;
using Adit.Ssh.Config;

namespace Adit.Gateway.Tests.Doctor;

public sealed class PathDoctorTests
{
    [Fact]
    public void Best_PrefersASession_ThenSpeed_ThenTheNearer()
    {
        WayResult banner = Passing("socks5h://a");
        WayResult slow = Passing("connect://b") with { LoggedIn = true, Upload = 1e6, Download = 9e6 };
        WayResult fast = Passing("http://c/t") with { LoggedIn = true, Upload = 9e6, Download = 8.5e6 };
        WayResult longer = Passing("socks5h://d connect://e") with { LoggedIn = true, Upload = 8.6e6 };
        WayResult failed = new() { Way = Way("tls://f:443"), Error = TunnelError.TimedOut, Message = "f", Advice = "g" };
        Assert.Null(PathDoctor.Best([failed]));
        Assert.Same(banner, PathDoctor.Best([failed, banner]));
        Assert.Same(slow, PathDoctor.Best([banner, slow]));
        Assert.Same(fast, PathDoctor.Best([banner, slow, longer, fast]));
    }

    [Fact]
    public async Task NothingThere_IsToldWithAdvice_WayByWay()
    {
        var doctor = new PathDoctor(new DoctorTarget(new SshDestination(null, "127.0.0.1", 1), "none"));
        IReadOnlyList<WayResult> results = await doctor.RunAsync([new Way { Port = 1 }, Way("connect://127.0.0.1:1"), Way("connect://127.0.0.1:1?auth=/nowhere"), Way("wss://127.0.0.1:1/t?proxy=none"), Way("ssh://127.0.0.1:1")]);
        Assert.Equal([TunnelError.ConnectionRefused, TunnelError.HopUnreachable, TunnelError.BadConfiguration, TunnelError.ConnectionRefused, TunnelError.ConnectionRefused], results.Select(r => r.Error));
        Assert.Equal("nothing listens there, or a firewall says so", results[0].Advice);
        foreach (int i in (int[])[1, 3, 4]) Assert.StartsWith("nothing listens at the hop's port", results[i].Advice, StringComparison.Ordinal);
        Assert.All(results, r => Assert.False(r.Passes));
    }

    [Fact]
    public void EveryError_HasAdvice()
    {
        foreach (TunnelError error in Enum.GetValues<TunnelError>())
        {
            foreach (Way way in new[] { new Way { Port = 22 }, Way("connect://p") }) Assert.NotEmpty(Advice.Of(error, way, false, error));
        }

        Assert.Contains("port 443", Advice.Of(TunnelError.PermissionDenied, Way("connect://p"), false, TunnelError.PermissionDenied), StringComparison.Ordinal);
    }

    private static WayResult Passing(string chain) => new() { Way = Way(chain), Identification = "SSH-2.0-x", Banner = TimeSpan.FromMilliseconds(1) };

    private static Way Way(string chain)
    {
        HopUri[] hops = [.. chain.Split(' ').Select(h => HopUri.Parse(h, "test"))];
        return new Way { Hops = hops, Texts = chain.Split(' '), Port = 22 };
    }
}

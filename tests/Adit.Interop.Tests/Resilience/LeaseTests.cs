using System.Diagnostics;
using System.Text.RegularExpressions;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Resilience;

/// <summary>Who gets a reverse listener's port while an older session still has it.</summary>
public sealed partial class LeaseTests : ResilienceTest
{
    [Fact]
    public async Task SilentHolder_LosesThePortToItsKey_WithinTheProbe()
    {
        PeerRequired.Installed("nft", PeerRequired.Root);
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Adit(gateway.Target);
        int remote = Ports.Free();
        string forward = $"-R127.0.0.1:{remote}:127.0.0.1:{echo.Port}";
        await using PeerProcess old = await client.StartForwardingAsync(forward);
        string login = await gateway.WaitForLogAsync("session 1: login");
        await using NftDrop drop = await NftDrop.StartAsync(int.Parse(SourcePort().Match(login).Groups[1].Value)); // the old client's path alone

        long began = Stopwatch.GetTimestamp();
        await using PeerProcess taker = await client.StartForwardingAsync(forward);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 1.9, 8);
        await AssertEchoAsync(Loopback(remote));
        await gateway.WaitForLogAsync("session 1: ended", $"a new session of the same key took 127.0.0.1:{remote} over");
    }

    [Theory]
    [InlineData("dead", "of the same key has it and answers (takeover: dead)")]
    [InlineData("never", "of the same key has it (takeover: never)")]
    public async Task LivingHolder_KeepsThePort(string mode, string why)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], [$"takeover: {mode}"]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Adit(gateway.Target);
        int remote = Ports.Free();
        string forward = $"-R127.0.0.1:{remote}:127.0.0.1:{echo.Port}";
        await using PeerProcess holder = await client.StartForwardingAsync(forward);

        ProcessResult second = await client.RunAsync(["-N", forward]);
        Assert.Equal(255, second.ExitCode);
        Assert.Contains($"Error: remote port forwarding failed for listen port {remote}", second.Errors, StringComparison.Ordinal);
        await gateway.WaitForLogAsync($"listen 127.0.0.1:{remote}", why);
        await AssertEchoAsync(Loopback(remote));
    }

    [Fact]
    public async Task TakeoverAlways_ClosesALivingHolder_ButNotForAnotherKey()
    {
        SshKeyFile other = await SshKeyFile.GenerateAsync(Folder, "other");
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine, other.PublicLine], ["takeover: always"]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Adit(gateway.Target);
        using OpenSshClient stranger = Adit(gateway.Target, other);
        int remote = Ports.Free();
        string forward = $"-R127.0.0.1:{remote}:127.0.0.1:{echo.Port}";
        await using PeerProcess holder = await client.StartForwardingAsync(forward);

        Assert.Equal(255, (await stranger.RunAsync(["-N", forward])).ExitCode);
        await gateway.WaitForLogAsync("it is leased to another key");
        Assert.False(holder.HasExited);
        await using PeerProcess taker = await client.StartForwardingAsync(forward);
        Assert.Equal(255, await holder.WaitForExitAsync(Soon));
        await AssertEchoAsync(Loopback(remote));
    }

    [GeneratedRegex(@"from 127\.0\.0\.1:(\d+) ")]
    private static partial Regex SourcePort();
}

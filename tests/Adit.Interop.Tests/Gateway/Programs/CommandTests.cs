using System.Security.Cryptography;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway.Programs;

/// <summary>ssh(1) running commands at the gateway: statuses, streams, their ends, and what stays.</summary>
public sealed class CommandTests : ProgramTest
{
    [Fact]
    public async Task Status_IsTheCommands_AndASignalIs255()
    {
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        foreach (int status in new[] { 0, 1, 127, 255 }) Assert.Equal(status, (await client.RunAsync([], $"exit {status}")).ExitCode);
        Assert.Equal(255, (await client.RunAsync([], "kill -TERM $$")).ExitCode);
        await gateway.WaitForLogAsync("ended with signal 15");
    }

    [Fact]
    public async Task Streams_AreSeparate_AndInputEnds()
    {
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        ProcessResult result = await ProcessRunner.RunAsync(client.Command([], "cat; echo err >&2; wc -c < /dev/stdin"), "input"u8.ToArray());
        Assert.Equal("input0", result.Text.Trim());
        Assert.Equal("err", result.Errors.Trim());
        ProcessResult nothing = await client.RunAsync(["-n"], "cat; echo done");
        Assert.Equal("done\n", nothing.Text);
    }

    [Fact]
    public async Task Octets_ComeExactly_BothWays()
    {
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        const int length = 64 << 20;
        byte[] octets = new byte[length];
        new Random(5).NextBytes(octets);
        string digest = Convert.ToHexStringLower(SHA256.HashData(octets));
        ProcessResult up = await ProcessRunner.RunAsync(client.Command([], "sha256sum"), octets);
        Assert.Equal(digest, up.Text.Split(' ')[0]);
        string file = Folder["octets"];
        await File.WriteAllBytesAsync(file, octets);
        ProcessResult down = await client.RunAsync([], $"cat {file}");
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(down.Output)));
        ProcessResult errors = await ProcessRunner.RunAsync("/bin/sh", "-c", $"{SshCommand(client)} {gateway.Target.User}@{gateway.Target.Host} 'cat {file} >&2' 2>&1 >/dev/null | sha256sum");
        Assert.Equal(digest, errors.Text.Split(' ')[0]);
    }

    [Fact]
    public async Task BackgroundChild_IsWaitedFor_WhileItHoldsTheOutput()
    {
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        Assert.Equal("early\nlate\n", (await client.RunAsync([], "(sleep 1; echo late) & echo early")).Text);
        // One that holds nothing is not.
        string mark = Folder["mark"];
        Assert.Equal(3, (await client.RunAsync([], $"(while ! test -e {mark}; do sleep 0.1; done) >/dev/null 2>&1 </dev/null & exit 3")).ExitCode);
        await File.WriteAllTextAsync(mark, "");
    }

    [Fact]
    public async Task ClientThatStops_StopsTheProgram_AndTheGatewayHoldsLittle()
    {
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        await using PeerProcess ssh = await PeerProcess.StartAsync(client.Command([], "exec cat /dev/zero") with { RawOutput = true });
        byte[] some = new byte[1 << 20];
        await ssh.StandardOutput.ReadExactlyAsync(some);
        await ssh.SignalAsync("STOP");
        long before = 0;
        int still = 0;
        await EventuallyAsync(
            () =>
            {
                Thread.Sleep(200);
                long now = Memory(gateway);
                still = Math.Abs(now - before) < 1 << 20 ? still + 1 : 0;
                before = now;
                return still > 5;
            },
            PeerProcess.Patience,
            () => "the gateway's memory keeps changing");
        Assert.InRange(before, 0, 400L << 20);
        await ssh.SignalAsync("CONT");
        await ssh.StandardOutput.ReadExactlyAsync(some);
    }

    [Fact]
    public async Task ManyCommands_OverOneConnection_LeaveNothing()
    {
        await using AditGateway gateway = await StartGatewayAsync("", "max-sessions: 100");
        using OpenSshClient client = new(gateway.Target, Identity);
        string control = Folder["control"];
        await using PeerProcess master = await client.StartForwardingAsync("-M", "-S", control);
        // While nothing is compiled yet ssh, which closes once both directions have ended, does so before the status is known.
        await RunManyAsync(0, 8);
        await EventuallyAsync(() => CountChildren(gateway) == 0, PeerProcess.Patience, () => "children stay");
        (int descriptors, int threads) = (CountDescriptors(gateway), CountThreads(gateway));
        for (int from = 0; from < 200; from += 20) await RunManyAsync(from, 20);
        await EventuallyAsync(() => CountChildren(gateway) == 0, PeerProcess.Patience, () => $"{CountChildren(gateway)} children stay");
        await EventuallyAsync(
            () => CountDescriptors(gateway) <= descriptors + 2, PeerProcess.Patience, () => $"{CountDescriptors(gateway)} descriptors, {descriptors} before");
        Assert.InRange(CountThreads(gateway), 1, threads + 20);

        async Task RunManyAsync(int from, int count)
        {
            ProcessResult[] results = await Task.WhenAll(Enumerable.Range(from, count).Select(s => client.RunAsync(["-S", control], $"exit {s}")));
            for (int i = 0; i < count; i++) Assert.Equal(from + i, results[i].ExitCode);
        }
    }

    [Fact]
    public async Task EnvironmentAndDescriptors_HoldNothingOfTheGateway()
    {
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity)
        {
            Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null, ["LANG"] = "C.UTF-8", ["LD_PRELOAD_NOT"] = "x" },
        };
        ProcessResult result = await client.RunAsync(["-o", "SendEnv=LANG LD_PRELOAD_NOT"], "cat /proc/$$/environ | tr '\\0' '\\n'; ls -l /proc/$$/fd");
        Assert.Contains("LANG=C.UTF-8\n", result.Text, StringComparison.Ordinal);
        Assert.Contains("\nSSH_CONNECTION=127.0.0.1 ", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("LD_PRELOAD_NOT", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("DOTNET", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("ADIT", result.Text, StringComparison.Ordinal);
        string[] descriptors = [.. result.Text.Split('\n').Where(l => l.Contains(" -> ", StringComparison.Ordinal)).Select(l => l.Split(" -> ")[1])];
        Assert.DoesNotContain(descriptors, d => d.Contains("socket", StringComparison.Ordinal) || d.Contains(gateway.State, StringComparison.Ordinal));
        Assert.Equal(3, descriptors.Count(d => d.StartsWith("pipe:", StringComparison.Ordinal)));
    }

    private static long Memory(AditGateway gateway) =>
        long.Parse(File.ReadAllText($"/proc/{gateway.Process.Id}/statm").Split(' ')[1]) * Environment.SystemPageSize;
}

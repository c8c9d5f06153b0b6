using Adit.Interop.Tests.Sshd;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Parity;

/// <summary>connect, exit-status, transfer, stderr, integrity, rekey.</summary>
public sealed class StreamTests : ParityTest
{
    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Connect_RunsACommand_AndALoginShell(string role)
    {
        await using Pair pair = await StartAsync(role);
        Assert.Equal("in\n", (await pair.RunAsync([], "echo in")).Succeeded().Text);
        Assert.Equal("shell\n", (await pair.RunAsync("echo shell; exit 0\n"u8.ToArray(), ["-T"])).Succeeded().Text);
        Assert.Equal("", (await pair.RunAsync("unread"u8.ToArray(), ["-n"], "cat")).Succeeded().Text);
        Assert.Equal("", (await pair.RunAsync([], "true")).Succeeded().Errors);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task ExitStatus_IsTheCommands_AlsoWhenItsOutputsEndEarlier(string role)
    {
        await using Pair pair = await StartAsync(role);
        foreach (int status in (int[])[0, 1, 4, 5, 44, 255])
        {
            Task<ProcessResult> plain = pair.RunAsync([], $"exit {status}");
            Task<ProcessResult> late = pair.RunAsync(["-n"], $"exec >/dev/null 2>&1; sleep 0.3; exit {status}");
            Task<ProcessResult> held = pair.RunAsync([], $"(sleep 0.3; echo late) & exit {status}");
            Assert.Equal((status, status, status), ((await plain).ExitCode, (await late).ExitCode, (await held).ExitCode));
            Assert.Equal("late\n", (await held).Text);
        }

        foreach (string signal in (string[])["KILL", "TERM", "HUP", "SEGV"]) Assert.Equal(255, (await pair.RunAsync([], $"kill -{signal} $$")).ExitCode);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Transfer_OfEverySize_IsExactBothWays(string role)
    {
        await using Pair pair = await StartAsync(role);
        foreach (int size in (int[])[0, 1, 10, 100, 1024, 32 * 1024 - 1, 32 * 1024, 64 * 1024 + 1, 256 * 1024, 3 * 1024 * 1024])
        {
            byte[] octets = Octets(size);
            string copy = Folder[$"copy{size}"];
            Task<ProcessResult> up = pair.RunAsync(octets, [], $"cat >{copy}");
            Task<ProcessResult> back = pair.RunAsync(octets, [], "cat");
            (await up).Succeeded();
            byte[] there = await File.ReadAllBytesAsync(copy), returned = (await back).Succeeded().Output;
            Assert.True(octets.AsSpan().SequenceEqual(there), $"{size} up");
            Assert.True(octets.AsSpan().SequenceEqual(returned), $"{size} and back");
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task StandardError_IsItsOwn_AlsoAfterTheOutputEnded(string role)
    {
        await using Pair pair = await StartAsync(role);
        string data = Folder.Write("data", new string('e', 300_000) + "\n");
        foreach (string[] options in (string[][])[[], ["-n"]])
        {
            ProcessResult late = (await pair.RunAsync(options, $"exec >/dev/null; sleep 0.2; cat {data} >&2")).Succeeded();
            Assert.Equal("", late.Text);
            Assert.Equal(300_000, late.Errors.Trim().Length);
            ProcessResult after = (await pair.RunAsync(options, $"exec >&-; cat {data} >&2")).Succeeded();
            Assert.Equal(("", 300_000), (after.Text, after.Errors.Trim().Length));
            ProcessResult both = (await pair.RunAsync(options, $"cat {data}; cat {data} >&2")).Succeeded();
            Assert.Equal((300_001, 300_000), (both.Text.Length, both.Errors.Trim().Length));
        }
    }

    [Theory]
    [InlineData("client", "aes128-ctr", "hmac-sha2-512")]
    [InlineData("client", "aes192-ctr", "hmac-sha2-256-etm@openssh.com")]
    [InlineData("client", "aes256-gcm@openssh.com", "")]
    [InlineData("client", "chacha20-poly1305@openssh.com", "")]
    [InlineData("server", "aes128-ctr", "hmac-sha2-256")]
    [InlineData("server", "aes192-ctr", "hmac-sha2-512")]
    [InlineData("server", "aes256-ctr", "hmac-sha2-256-etm@openssh.com")]
    [InlineData("server", "aes128-ctr", "hmac-sha2-512-etm@openssh.com")]
    [InlineData("server", "aes128-gcm@openssh.com", "")]
    [InlineData("server", "aes256-gcm@openssh.com", "")]
    [InlineData("server", "chacha20-poly1305@openssh.com", "")]
    public async Task Integrity_OneBitThatChangesOnTheWay_EndsTheConnection(string role, string cipher, string mac)
    {
        PeerRequired.Installed("nc");
        await using Pair pair = await StartAsync(role);
        await using CorruptingProxy proxy = new(pair.Server.Target.Port, up: 60_000); // of what the client sends: the server notices
        string[] macs = mac.Length > 0 ? ["-m", mac] : [];
        ProcessResult result = await pair.RunAsync(
            Octets(1 << 20),
            ["-c", cipher, .. macs, "-o", $"ProxyCommand=nc 127.0.0.1 {proxy.Port}", "-o", $"HostKeyAlias=[127.0.0.1]:{pair.Server.Target.Port}"],
            $"cat >{Folder["got"]}");
        Assert.Equal(255, result.ExitCode);
        await pair.Server.Process.WaitForErrorLineAsync(
            l => new[] { "Corrupted MAC on input", "Bad packet length", "message authentication code incorrect", "padding error" }.Any(w => l.Contains(w, StringComparison.Ordinal)), "word that it was noticed");
        byte[] got = File.Exists(Folder["got"]) ? await File.ReadAllBytesAsync(Folder["got"]) : [];
        Assert.True(got.Length < 60_000 && Octets(1 << 20).AsSpan().StartsWith(got), "nothing that was changed is let through");
    }

    /// <summary>Every key exchange and every cipher, keys renewed by amount on either side's wish.</summary>
    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Rekey_OfEveryKind_LosesNothing(string role)
    {
        await using Pair byClient = await StartAsync(role);
        await using Pair byServer = await StartAsync(role, "RekeyLimit 256K");
        string[] exchanges = ["sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256"];
        string[] ciphers = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr"];
        byte[] octets = Octets(2 << 20);
        for (int i = 0; i < exchanges.Length; i++)
        {
            string[] options = ["-v", "-o", $"KexAlgorithms={exchanges[i]}", "-c", ciphers[i % ciphers.Length]];
            ProcessResult[] results = await Task.WhenAll(byClient.RunAsync(octets, [.. options, "-o", "RekeyLimit=256K"], "cat"), byServer.RunAsync(octets, options, "cat"));
            foreach (ProcessResult result in results)
            {
                Assert.True(octets.AsSpan().SequenceEqual(result.Succeeded().Output), string.Join(' ', options));
                Assert.Contains($"kex: algorithm: {exchanges[i]}", result.Errors, StringComparison.Ordinal);
                Assert.InRange(result.Errors.Split('\n').Count(l => l.Contains("SSH2_MSG_NEWKEYS sent", StringComparison.Ordinal)), 5, 1000);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Rekey_ByTime_HappensInASilentSession(string role)
    {
        await using Pair pair = await StartAsync(role);
        ProcessResult result = (await pair.RunAsync(["-v", "-o", "RekeyLimit=default 1"], "for i in 1 2 3 4 5 6; do sleep 0.5; echo $i; done")).Succeeded();
        Assert.Equal("1\n2\n3\n4\n5\n6\n", result.Text);
        Assert.InRange(result.Errors.Split('\n').Count(l => l.Contains("SSH2_MSG_NEWKEYS sent", StringComparison.Ordinal)), 2, 10);
    }
}

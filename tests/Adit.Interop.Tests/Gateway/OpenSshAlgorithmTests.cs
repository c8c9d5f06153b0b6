using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>Every algorithm that ssh(1) and the gateway share, each pair of two kinds together at least once.</summary>
public sealed class OpenSshAlgorithmTests : GatewayTest
{
    // What ssh -Q lists and the gateway does not have: broken, or certificates and hardware keys, which have tests of their own.
    private static readonly string[] Lacking =
    [
        "diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group-exchange-sha256",
        "ssh-dss", "ssh-rsa", "3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc",
        "hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96", "umac-64@openssh.com", "umac-128@openssh.com",
        "hmac-sha1-etm@openssh.com", "hmac-sha1-96-etm@openssh.com", "hmac-md5-etm@openssh.com", "hmac-md5-96-etm@openssh.com",
        "umac-64-etm@openssh.com", "umac-128-etm@openssh.com",
    ];

    [Fact]
    public async Task EveryPair_CarriesOctets()
    {
        await using AditGateway gateway = await AditGateway.StartAsync(
            [Identity.PublicLine], ["max-startups: 100"], "127.0.0.1", ("ed25519", 0), ("rsa", 3072), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521));
        await using StreamServer echo = StreamServer.Echo();
        string[][] kinds = [await ListAsync("kex"), await ListAsync("HostKeyAlgorithms"), await ListAsync("cipher"), await ListAsync("mac")];
        Assert.True(kinds[0].Length >= 9 && kinds[1].Length >= 6 && kinds[2].Length >= 6 && kinds[3].Length >= 4, "ssh -Q lists less than expected");
        List<int[]> rows = Pairwise(kinds);
        byte[] octets = new byte[200_000];
        new SeededOctets(Seed).Fill(octets);
        using OpenSshClient client = new(gateway.Target, Identity);

        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (row, _) =>
        {
            string[] names = [.. row.Select((choice, kind) => kinds[kind][choice])];
            PeerStart start = client.Command(
            [
                "-o", $"KexAlgorithms={names[0]}", "-o", $"HostKeyAlgorithms={names[1]}", "-c", names[2], "-m", names[3], "-W", $"127.0.0.1:{echo.Port}",
            ]);
            ProcessResult result = await ProcessRunner.RunAsync(start, octets);
            Assert.True(result.ExitCode == 0 && octets.AsSpan().SequenceEqual(result.Output), $"{string.Join(" + ", names)}: status {result.ExitCode}, {result.Output.Length} octets: {result.Errors}");
        });
    }

    [Fact]
    public async Task NoCommonAlgorithm_IsSaid()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        using OpenSshClient client = new(gateway.Target, Identity);

        ProcessResult result = await client.RunAsync(["-o", "KexAlgorithms=diffie-hellman-group14-sha1"], "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("no matching key exchange method found", result.Errors, StringComparison.Ordinal);
        string line = await gateway.WaitForLogAsync("no login", "diffie-hellman-group14-sha1");
        Assert.Contains("curve25519-sha256", line, StringComparison.Ordinal);
    }

    private static async Task<string[]> ListAsync(string query)
    {
        string text = (await ProcessRunner.RunAsync("ssh", "-Q", query)).Succeeded().Text;
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(a => !Lacking.Contains(a) && !a.Contains("cert-v01", StringComparison.Ordinal) && !a.Contains("sk-", StringComparison.Ordinal))];
    }

    // Greedy: each row takes what covers most pairs that are still missing.
    private static List<int[]> Pairwise(string[][] kinds)
    {
        HashSet<(int, int, int, int)> missing = [];
        for (int a = 0; a < kinds.Length; a++)
            for (int b = a + 1; b < kinds.Length; b++)
                for (int x = 0; x < kinds[a].Length; x++)
                    for (int y = 0; y < kinds[b].Length; y++) missing.Add((a, x, b, y));
        List<int[]> rows = [];
        while (missing.Count > 0)
        {
            (int a0, int x0, int b0, int y0) = missing.First();
            int[] row = [.. Enumerable.Repeat(-1, kinds.Length)];
            (row[a0], row[b0]) = (x0, y0);
            for (int kind = 0; kind < kinds.Length; kind++)
            {
                if (row[kind] >= 0) continue;
                row[kind] = Enumerable.Range(0, kinds[kind].Length).MaxBy(choice => Gain(row, kind, choice));
            }

            for (int a = 0; a < row.Length; a++)
                for (int b = a + 1; b < row.Length; b++) missing.Remove((a, row[a], b, row[b]));
            rows.Add(row);
        }

        return rows;

        int Gain(int[] row, int kind, int choice) => Enumerable.Range(0, row.Length).Count(other =>
            other != kind && row[other] >= 0 && missing.Contains(other < kind ? (other, row[other], kind, choice) : (kind, choice, other, row[other])));
    }
}

using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>Every algorithm that both sides have: each once with each other kind's, pairwise.</summary>
public sealed class AlgorithmTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private static readonly string[] Kex =
    [
        "sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256",
    ];

    private static readonly string[] HostKey = ["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256"];

    private static readonly string[] Cipher = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"];

    private static readonly string[] Mac = ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"];

    /// <summary>Cipher with each mac (where it uses one), kex and host keys going round so that all meet.</summary>
    public static TheoryData<string, string, string, string> Combinations()
    {
        var data = new TheoryData<string, string, string, string>();
        int i = 0;
        foreach (string cipher in Cipher)
        {
            foreach (string mac in cipher.EndsWith("-ctr", StringComparison.Ordinal) ? Mac : Mac[..2])
            {
                data.Add(Kex[i % Kex.Length], HostKey[(i + (i / Kex.Length)) % HostKey.Length], cipher, mac);
                i++;
            }
        }

        for (; i < Kex.Length * HostKey.Length; i++) data.Add(Kex[i % Kex.Length], HostKey[(i + (i / Kex.Length)) % HostKey.Length], Cipher[i % Cipher.Length], Mac[i % Mac.Length]);
        return data;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Combination_CarriesAMegabyteExactly(string kex, string hostKey, string cipher, string mac)
    {
        using OpenSshClient client = fixture.Client();
        byte[] octets = new byte[1 << 20];
        new SeededOctets(1).Fill(octets);
        PeerStart command = client.Command(["-v", "-o", $"KexAlgorithms={kex}", "-o", $"HostKeyAlgorithms={hostKey}", "-c", cipher, "-m", mac], "cat");
        ProcessResult result = (await ProcessRunner.RunAsync(command, octets)).Succeeded();
        Assert.True(octets.AsSpan().SequenceEqual(result.Output));
        Assert.Contains($"kex: algorithm: {kex}\n", result.Errors, StringComparison.Ordinal);
        Assert.Contains($"kex: host key algorithm: {hostKey}\n", result.Errors, StringComparison.Ordinal);
        Assert.Contains($"kex: client->server cipher: {cipher} MAC: {(cipher.EndsWith("-ctr", StringComparison.Ordinal) ? mac : "<implicit>")} ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingInCommon_IsToldWithBothLists()
    {
        await using OpenSshServer server = await fixture.StartServerAsync(config: "Ciphers aes128-ctr");
        using OpenSshClient client = fixture.Client(server.Target);
        ProcessResult result = await client.RunAsync(["-c", "aes256-gcm@openssh.com"], "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("aes256-gcm@openssh.com", result.Errors, StringComparison.Ordinal);
        Assert.Contains("aes128-ctr", result.Errors, StringComparison.Ordinal);
    }
}

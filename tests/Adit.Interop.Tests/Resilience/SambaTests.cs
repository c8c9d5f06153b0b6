using System.Security.Cryptography;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Resilience;

/// <summary>A plain protocol made private: smbclient reaches a share through a tunnel alone.</summary>
public sealed class SambaTests : ResilienceTest
{
    private const int Length = 64 << 20;

    [Theory]
    [InlineData("sshd")]
    [InlineData("gateway")]
    public async Task Smbclient_ListsAndCopiesBothWays(string server)
    {
        PeerRequired.Installed("smbd", "smbclient", "smbpasswd", "sshd", PeerRequired.Root);
        await using SambaShare share = await SambaShare.StartAsync();
        byte[] content = new byte[Length];
        new SeededOctets(Seed).Fill(content);
        await File.WriteAllBytesAsync(Path.Combine(share.Files, "blob"), content);
        int port = Ports.Free();
        string forward = $"127.0.0.1:{port}:127.0.0.1:{share.EndPoint.Port}";
        if (server == "sshd")
        {
            await using OpenSshServer sshd = await StartSshdAsync();
            using OpenSshClient client = Adit(sshd.Target);
            await using PeerProcess ssh = await client.StartForwardingAsync("-L", forward);
            await AssertCopiesAsync(share, port);
        }
        else
        {
            await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
            using OpenSshClient client = new(gateway.Target, Identity);
            await using PeerProcess ssh = await client.StartForwardingAsync("-L", forward);
            await AssertCopiesAsync(share, port);
        }
    }

    private async Task AssertCopiesAsync(SambaShare share, int port)
    {
        string listing = (await SambaShare.ClientAsync("127.0.0.1", port, Folder.Path, "ls; get blob copy; put copy back; ls")).Succeeded().Text;
        Assert.Equal(2, listing.Split('\n').Count(l => l.Contains("blob", StringComparison.Ordinal) && l.Contains($"{Length}", StringComparison.Ordinal)));
        string expected = SeededOctets.Digest(Seed, Length);
        Assert.Equal(expected, await DigestAsync(Folder["copy"]));
        Assert.Equal(expected, await DigestAsync(Path.Combine(share.Files, "back")));
    }

    private static async Task<string> DigestAsync(string file)
    {
        await using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream));
    }
}

using System.Net.Sockets;
using System.Text;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>Who is let in at all: attempts, time, half-open connections, penalties.</summary>
public sealed class AdmissionTests : GatewayTest
{
    [Fact]
    public async Task MaxAuthTries_EndsTheConnection()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["max-auth-tries: 3"]);
        List<string> options = [];
        for (int i = 0; i < 4; i++) options.AddRange(["-i", (await SshKeyFile.GenerateAsync(Folder, $"wrong{i}")).PrivatePath]);
        using OpenSshClient client = new(gateway.Target, identity: null);

        ProcessResult result = await client.RunAsync([.. options, "-o", "IdentitiesOnly=yes"], "id");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("Too many authentication failures", result.Errors, StringComparison.Ordinal);
        await gateway.WaitForLogAsync("no login", "Too many authentication failures");
    }

    [Fact]
    public async Task LoginGraceTime_CutsWhoIsSilent()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["login-grace-time: 1s"]);
        await using NetworkStream silent = await StreamProbe.ConnectAsync(gateway.Target.EndPoint);

        Assert.StartsWith("SSH-2.0-", await ReadUntilCutAsync(silent), StringComparison.Ordinal);
        await gateway.WaitForLogAsync("no login");
    }

    [Fact]
    public async Task MaxStartups_TurnsAwayAndRecovers()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["max-startups: 5"]);
        List<NetworkStream> halfOpen = [];
        for (int i = 0; i < 5; i++)
        {
            NetworkStream stream = await StreamProbe.ConnectAsync(gateway.Target.EndPoint);
            halfOpen.Add(stream);
            await stream.ReadExactlyAsync(new byte[8]);
        }

        await using (NetworkStream sixth = await StreamProbe.ConnectAsync(gateway.Target.EndPoint))
        {
            // A client that speaks first must still be able to read why.
            await sixth.WriteAsync("SSH-2.0-first\r\n"u8.ToArray());
            using StreamReader reader = new(sixth, Encoding.ASCII);
            Assert.Equal("Exceeded MaxStartups\r\n", await reader.ReadToEndAsync());
        }

        await gateway.WaitForLogAsync("refused: max-startups");
        foreach (NetworkStream stream in halfOpen) await stream.DisposeAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        await EventuallyAsync(() => gateway.Process.Errors.Text.Split("no login from").Length > 5, TimeSpan.FromSeconds(10), () => "connections that were closed are still counted");
        Assert.Equal(1, (await client.RunAsync([], "id")).ExitCode);
    }

    [Fact]
    public async Task FailedLogins_ArePaidFor_UnlessExempt()
    {
        SshKeyFile stranger = await SshKeyFile.GenerateAsync(Folder, "stranger");
        string[] penalties = ["penalties:", "  authfail: 10s", "  min: 15s"];
        await using AditGateway strict = await AditGateway.StartAsync([Identity.PublicLine], penalties);
        await using AditGateway exempt = await AditGateway.StartAsync([Identity.PublicLine], [.. penalties, "  exempt: [127.0.0.0/8]"]);
        foreach (AditGateway gateway in new[] { strict, exempt })
        {
            using OpenSshClient wrong = new(gateway.Target, stranger);
            for (int i = 0; i < 2; i++) Assert.Contains("Permission denied", (await wrong.RunAsync([], "id")).Errors, StringComparison.Ordinal);
        }

        await strict.WaitForLogAsync("penalties: 127.0.0.1/32 is refused from now on");
        using OpenSshClient punished = new(strict.Target, Identity);
        Assert.Equal(255, (await punished.RunAsync([], "id")).ExitCode);
        await strict.WaitForLogAsync("refused: penalties");
        using OpenSshClient free = new(exempt.Target, Identity);
        Assert.Equal(1, (await free.RunAsync([], "id")).ExitCode);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "Invalid SSH identification string")]
    [InlineData("SSH-1.5-old\r\n", "Protocol major versions differ")]
    [InlineData("SSH-2.0-flood\r\n\u007f\u007f\u007f\u007f\u007f\u007f\u007f\u007f\u007f\u007f", "Bad packet length")]
    public async Task Garbage_IsCutWithALine(string text, string why)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using NetworkStream stream = await StreamProbe.ConnectAsync(gateway.Target.EndPoint);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

        await ReadUntilCutAsync(stream);
        await gateway.WaitForLogAsync("no login from 127.0.0.1", why);
        using OpenSshClient client = new(gateway.Target, Identity);
        Assert.Equal(1, (await client.RunAsync([], "id")).ExitCode);
    }

    private static async Task<string> ReadUntilCutAsync(NetworkStream stream)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, patience.Token)) > 0) text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (IOException)
        {
            // Cut hard.
        }

        return text.ToString();
    }
}

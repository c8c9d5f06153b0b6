using System.Globalization;
using System.Net;
using Adit.Carriers.Mqtt.Lab;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>The laboratory's broker, which the tour uses, with mosquitto's clients: that it is a broker to others too.</summary>
public sealed class LabBrokerTests
{
    [Theory]
    [InlineData("5", "311")]
    [InlineData("311", "5")]
    public async Task MosquittosClients_ExchangeMessages(string publisher, string subscriber)
    {
        LibraryTests.Need();
        await using LabBroker broker = LabBroker.Start(new LabBrokerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Passwords = new Dictionary<string, string> { ["me"] = "s3cret" } });
        string[] to = ["-h", "127.0.0.1", "-p", broker.EndPoint.Port.ToString(CultureInfo.InvariantCulture), "-u", "me", "-P", "s3cret"];
        await PublishAsync(publisher, "-q", "1", "-r", "-t", "lab/kept", "-m", "kept");
        await using PeerProcess overheard = await PeerProcess.StartAsync(new PeerStart
        {
            Program = "mosquitto_sub", Arguments = [.. to, "-V", subscriber, "-q", "1", "-t", "lab/+", "-t", "exact", "-C", "5", "-F", "%t %q %r %p"],
        });
        await overheard.WaitForOutputLineAsync(l => l == "lab/kept 1 1 kept", "what was retained");
        await PublishAsync(publisher, "-q", "0", "-t", "lab/a", "-m", "zero");
        await PublishAsync(publisher, "-q", "1", "-t", "exact", "-m", "one");
        await PublishAsync(publisher, "-q", "1", "-t", "lab/a/b", "-m", "not wanted");
        string payload = new('x', 100_000);
        await PublishAsync(publisher, "-q", "1", "-t", "lab/long", "-m", payload);
        await using (PeerProcess testator = await PeerProcess.StartAsync(new PeerStart
        {
            Program = "mosquitto_sub", Arguments = [.. to, "-V", publisher, "-t", "none", "-k", "5", "--will-topic", "lab/will", "--will-payload", "by", "--will-qos", "1"],
        }))
        {
            await LibraryTests.EventuallyAsync(() => broker.ClientCount == 2);
        } // killed

        Assert.Equal(0, await overheard.WaitForExitAsync());
        Assert.Equal(["lab/kept 1 1 kept", "lab/a 0 0 zero", "exact 1 0 one", "lab/long 1 0 " + payload, "lab/will 1 0 by"], overheard.Output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        ProcessResult wrong = await ProcessRunner.RunAsync("mosquitto_pub", [.. to[..^1], "wr0ng", "-V", publisher, "-t", "lab/a", "-m", "x"]);
        Assert.NotEqual(0, wrong.ExitCode);

        async Task PublishAsync(string version, params string[] arguments) => (await ProcessRunner.RunAsync("mosquitto_pub", [.. to, "-V", version, .. arguments])).Succeeded();
    }
}

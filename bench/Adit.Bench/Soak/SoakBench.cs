using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Adit.Bench.Ssh;
using Adit.TestKit.Peers;

namespace Adit.Bench.Soak;

/// <summary>Each carrier for a long time, one after the other or all at once: SSH inside, octets both ways without a pause, every one of them checked; what it carried, the least and most in a minute, and memory of both ends. One that stops or lies fails.</summary>
internal static partial class SoakBench
{
    private const int Seed = 5;
    private const string Domain = "t.example.com";
    private const string SmsGateway = "491700000001";
    private const string SmsClient = "491700000002";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>The carriers, as <c>--only</c> names them.</summary>
    public static readonly string[] Carriers = ["tcp", "ws", "http", "dns", "mqtt", "sms"];

    // Text messages are slow; and what waits in SSH's window at the end must still be carried.
    private const int SmsRate = 1500;
    private const int SmsMessages = 50;

    public static async Task RunAsync(SoakOptions options)
    {
        (TimeSpan time, string? only) = (options.Time, options.Only);
        Console.WriteLine(await Machine.DescribeAsync());
        SshBench.Write($"\nSSH over each carrier for {time.TotalMinutes:0.#} min, both ways at once, {(options.Together ? "all together, " : "")}straight on loopback; every octet checked");
        SshBench.Write($"{"carrier",-8} {"MB down",9} {"MB up",9} {"MB/s",7} {"slowest 10 s",13} {"errors",7} {"MiB client",11} {"gateway",8}");
        using PeerFolder folder = new("soak");
        string key = folder["carrier.key"];
        (await ProcessRunner.RunAsync(AditProgram.ExecutablePath, "keygen", "-q", "--carrier", "-f", key)).Succeeded();
        SshKeyFile identity = await SshKeyFile.GenerateAsync(folder, "identity");
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using AditProgram centre = new("lab");
        string sms = (await centre.StartAsync("lab", "smsc", "--listen", "127.0.0.1:0")).Split("smpp://")[1].Trim();
        await using AditProgram gateway = new("gateway");
        Directory.CreateDirectory(gateway.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        gateway.Folder.Write("state/authorized_keys", identity.PublicLine + "\n");
        string mqtt = $"mqtt://127.0.0.1:{broker.Port}/adit?rate=0";
        string ready = await gateway.StartAsync(
            "serve", "--listen", "tcp://127.0.0.1:0", "--listen", "http://127.0.0.1:0/t", "--listen", $"dns://127.0.0.1:0/{Domain}?key={key}&rate=0", "--listen", $"{mqtt}&key={key}",
            "--listen", $"sms+smpp://{SmsGateway}@{sms}?rate={SmsMessages}&key={key}");
        string web = Http().Match(ready).Groups[1].Value;
        var hops = new Dictionary<string, string>
        {
            ["tcp"] = $"tcp://127.0.0.1:{Tcp().Match(ready).Groups[1].Value}?resume",
            ["ws"] = $"ws://127.0.0.1:{web}/t?resume",
            ["http"] = $"http://127.0.0.1:{web}/t?rung=5",
            ["dns"] = $"dns://{Domain}?resolver=127.0.0.1:{Dns().Match(ready).Groups[1].Value}&rate=0&key={key}",
            ["mqtt"] = $"{mqtt}&key={key}",
            ["sms"] = $"sms+smpp://{SmsClient}@{sms}?to={SmsGateway}&rate={SmsMessages}&key={key}",
        };
        await using StreamServer echo = StreamServer.Echo();
        Task RunOneAsync(string carrier) => RunAsync(carrier, hops[carrier], identity, gateway, echo.Port, time, carrier == "sms" ? Math.Min(options.Rate == 0 ? SmsRate : options.Rate, SmsRate) : options.Rate);
        string[] wanted = [.. Carriers.Where(c => only is null || c == only)];
        if (options.Together) await Task.WhenAll(wanted.Select(RunOneAsync));
        else foreach (string carrier in wanted) await RunOneAsync(carrier);
    }

    private static async Task RunAsync(string carrier, string hop, SshKeyFile identity, AditProgram gateway, int echo, TimeSpan time, int rate)
    {
        int port = Ports.Free();
        var start = new PeerStart
        {
            Program = AditProgram.ExecutablePath,
            Arguments = ["ssh", "-v", "-N", "-i", identity.PrivatePath, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "--via", hop, "-L", $"127.0.0.1:{port}:127.0.0.1:{echo}", "gateway"],
            Environment = gateway.Environment,
        };
        await using PeerProcess ssh = await PeerProcess.StartAsync(start);
        await ssh.WaitForErrorLineAsync(l => l.Contains("Entering interactive session", StringComparison.Ordinal), "session");
        await using NetworkStream stream = await StreamProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        long began = Stopwatch.GetTimestamp();
        long sent = 0, received = 0, slowest = long.MaxValue;
        int errors = 0;
        int piece = rate is > 0 and <= SmsRate ? 256 : 16 * 1024;
        using var enough = new CancellationTokenSource(time);
        Task sending = Task.Run(async () =>
        {
            var random = new Random(Seed);
            byte[] octets = new byte[piece];
            while (!enough.IsCancellationRequested)
            {
                random.NextBytes(octets);
                await stream.WriteAsync(octets);
                Interlocked.Add(ref sent, octets.Length);
                if (rate > 0 && (sent / (double)rate) - Stopwatch.GetElapsedTime(began).TotalSeconds is > 0 and var wait) await Task.Delay(TimeSpan.FromSeconds(wait));
            }

            stream.Socket.Shutdown(SocketShutdown.Send);
        });
        Task receiving = Task.Run(async () =>
        {
            var random = new Random(Seed);
            byte[] expected = new byte[piece], got = new byte[piece];
            while (true)
            {
                int count = await stream.ReadAtLeastAsync(got, got.Length, throwOnEndOfStream: false);
                random.NextBytes(expected);
                if (!got.AsSpan(0, count).SequenceEqual(expected.AsSpan(0, count))) Interlocked.Increment(ref errors);
                Interlocked.Add(ref received, count);
                if (count < got.Length) return;
            }
        });
        long last = 0, lastAt = Stopwatch.GetTimestamp();
        while (!receiving.IsCompleted)
        {
            await Task.WhenAny(receiving, Task.Delay(TimeSpan.FromSeconds(10)));
            long now = Interlocked.Read(ref received);
            if (!enough.IsCancellationRequested) slowest = Math.Min(slowest, now - last);
            if (now > last) (last, lastAt) = (now, Stopwatch.GetTimestamp());
            if (Stopwatch.GetElapsedTime(lastAt) > Patience) throw new PeerFailureException($"soak: {carrier}: nothing came for {Patience.TotalMinutes:0} min, after {now} octets");
        }

        try
        {
            await Task.WhenAll(sending, receiving);
        }
        catch (IOException e)
        {
            throw new PeerFailureException($"soak: {carrier}: {e.Message}, after {received} octets");
        }

        if (received != sent) throw new PeerFailureException($"soak: {carrier}: {sent} octets went, {received} came");
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        string least = slowest == long.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $"{slowest / 1e7:0.00} MB/s");
        SshBench.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{carrier,-8} {received / 1e6,9:0.0} {sent / 1e6,9:0.0} {received / seconds / 1e6,7:0.00} {least,13} {errors,7} {ProcessMemory.Resident(ssh.Id) >> 20,11} {ProcessMemory.Resident(gateway.Process.Id) >> 20,8}"));
        if (errors > 0) throw new PeerFailureException($"soak: {carrier}: {errors} pieces were wrong");
    }

    [GeneratedRegex(@"tcp://\S+:(\d+)")]
    private static partial Regex Tcp();

    [GeneratedRegex(@"http://\S+?:(\d+)")]
    private static partial Regex Http();

    [GeneratedRegex(@"dns://\S+ on \S+:(\d+)")]
    private static partial Regex Dns();
}

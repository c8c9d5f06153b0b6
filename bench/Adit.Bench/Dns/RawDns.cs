using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Adit.Carriers.Dns;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Wire.Dns;

namespace Adit.Bench.Dns;

/// <summary>The carrier alone, without SSH: a server that sends, takes or echoes as it is asked, and its client.</summary>
internal static class RawDns
{
    private static readonly CarrierKey Key = new("the key of a measurement, 32 long"u8[..32]);
    private static readonly DnsDomainName Domain = DnsDomainName.Parse("t.example");

    public static void Serve(string address)
    {
        var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [Key] }, (stream, _) => Task.Run(() => AnswerAsync(stream)));
        IPAddress at = IPAddress.Parse(address);
        var listener = new DnsListener(
            new DnsListenerOptions
            {
                Places = [new IPEndPoint(at, 53)],
                Authority = new DnsAuthorityOptions { Zones = [new DnsZone(Domain, [new DnsNameServer(DnsDomainName.Parse("ns.t.example"), [at])])] },
            },
            acceptor);
        listener.StartAsync().Wait();
        Console.WriteLine("ready");
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Prints octets and seconds, or for <c>echo</c> the median in microseconds.</summary>
    public static async Task LoadAsync(string resolvers, string kind, long amount, bool usesJumbo)
    {
        var dialer = new DnsMailboxDialer(new DnsDialerOptions { Domains = [Domain], Resolvers = [.. resolvers.Split(',').Select(ResolverOf)], UsesJumbo = usesJumbo, MaximumRate = 0 });
        long began = Stopwatch.GetTimestamp();
        IMailbox mailbox = await dialer.OpenAsync();
        await Console.Error.WriteLineAsync($"open {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        await using LifelineClient client = await LifelineClient.ConnectAsync(mailbox, Key);
        await Console.Error.WriteLineAsync($"connected {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
        byte[] ask = new byte[9], room = new byte[65_536];
        ask[0] = (byte)kind[0];
        BinaryPrimitives.WriteInt64BigEndian(ask.AsSpan(1), amount);
        client.Stream.PathEnded += (_, reason) => Console.Error.WriteLine($"ended: {reason?.Message}");
        began = Stopwatch.GetTimestamp();
        await client.Stream.WriteAsync(ask);
        if (kind == "echo")
        {
            var times = new List<double>();
            for (int i = 0; i < amount; i++)
            {
                began = Stopwatch.GetTimestamp();
                await client.Stream.WriteAsync(room.AsMemory(0, 36));
                for (int got = 0; got < 36;) got += await client.Stream.ReadAsync(room);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                await Task.Delay(Random.Shared.Next(50, 250));
            }

            times.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"p50 {times[times.Count / 2]:0.0} ms, p90 {times[times.Count * 9 / 10]:0.0} ms, max {times[^1]:0.0}"));
            return;
        }

        using var trace = new Timer(_ => Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} {mailbox}")), null, 500, 500);
        if (kind == "mixed")
        {
            for (long got = 0; got < amount;) got += await client.Stream.ReadAsync(room);
            await Console.Error.WriteLineAsync(mailbox.ToString());
            began = Stopwatch.GetTimestamp();
        }

        if (kind is "up" or "mixed")
        {
            for (long left = amount; left > 0; left -= Math.Min(left, room.Length)) await client.Stream.WriteAsync(room.AsMemory(0, (int)Math.Min(left, room.Length)));
            _ = await client.Stream.ReadAsync(room.AsMemory(0, 1));
        }
        else
        {
            for (long got = 0; got < amount;) got += await client.Stream.ReadAsync(room);
        }

        await Console.Error.WriteLineAsync(mailbox.ToString());
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{amount} {seconds:0.000} {amount / seconds / 1000:0} kB/s"));
    }

    /// <summary>ADDRESS, tls://ADDRESS or https://ADDRESS; nobody is asked for a certificate that is any good.</summary>
    private static DnsResolver ResolverOf(string text)
    {
        string address = text[(text.LastIndexOf('/') + 1)..];
        var anyone = new TlsClientOptions { ServerName = address, DangerousAcceptAnyCertificate = true };
        return text.StartsWith("tls:", StringComparison.Ordinal) ? new DnsResolver { Host = address, Port = DnsResolver.TlsPort, Tls = anyone }
            : text.StartsWith("https:", StringComparison.Ordinal) ? new DnsResolver { Host = address, Port = DnsResolver.HttpsPort, Tls = anyone, Path = DnsResolver.UsualPath }
            : new IPEndPoint(IPAddress.Parse(address), 53);
    }

    private static async Task AnswerAsync(LifelineStream stream)
    {
        await using (stream)
        {
            byte[] ask = new byte[9], room = new byte[65_536];
            for (int got = 0; got < 9;) got += await stream.ReadAsync(ask.AsMemory(got));
            long amount = BinaryPrimitives.ReadInt64BigEndian(ask.AsSpan(1));
            switch ((char)ask[0])
            {
                case 'd':
                    for (long left = amount; left > 0; left -= Math.Min(left, room.Length)) await stream.WriteAsync(room.AsMemory(0, (int)Math.Min(left, room.Length)));
                    _ = await stream.ReadAsync(room);
                    break;
                case 'm':
                    for (long left = amount; left > 0; left -= Math.Min(left, room.Length)) await stream.WriteAsync(room.AsMemory(0, (int)Math.Min(left, room.Length)));
                    goto case 'u';
                case 'u':
                    for (long got = 0; got < amount;) got += await stream.ReadAsync(room);
                    await stream.WriteAsync(room.AsMemory(0, 1));
                    _ = await stream.ReadAsync(room);
                    break;
                default:
                    int count;
                    while ((count = await stream.ReadAsync(room)) > 0) await stream.WriteAsync(room.AsMemory(0, count));
                    break;
            }
        }
    }
}

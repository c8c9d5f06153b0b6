using System.Globalization;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.Server;
using Adit.Ssh.Tests.Transport;
using Adit.Ssh.Transport;
using Adit.TestKit.Codecs;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Channels;

/// <summary>
/// Mutated payloads, as if just decrypted, into connections that are authenticated and busy: TunnelException is all they may throw, and their memory
/// is bounded. ADIT_SEED chooses another run; ADIT_MUTATIONS makes it longer.
/// </summary>
public sealed class ConnectionMutationTests
{
    private static readonly int Count = int.TryParse(Environment.GetEnvironmentVariable("ADIT_MUTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 30_000;

    [Theory(Timeout = 600_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MutatedPayloads_DoNoHarm(bool victimIsClient)
    {
        List<byte[]> corpus = Corpus();
        var mutator = new Mutator(MutationRunner.Seed, corpus);
        var random = new Random(MutationRunner.Seed);
        long before = GC.GetTotalMemory(true);
        for (int done = 0; done < Count;)
        {
            using var streams = new MemoryStreamPair();
            (SshConnection victim, RawPeer raw) = await ConnectAsync(streams, victimIsClient);
            Task draining = DrainAsync(raw);
            var channels = new List<Task<SshChannel>>();
            for (int i = 0; i < 500 && !victim.Closed.IsCompleted; i++, done++)
            {
                if (random.Next(20) == 0) Act(victim, channels, random);
                byte[] payload = random.Next(2) == 0 ? corpus[random.Next(corpus.Count)] : mutator.Next().ToArray();
                if (payload.Length == 0 || !ReachesTheConnection(payload[0])) continue;
                try
                {
                    ((ITransportHandler)victim).OnMessage((MessageNumber)payload[0], payload);
                }
                catch (TunnelException)
                {
                    // The transport would end the connection here; going on shows more.
                }
                catch (Exception e)
                {
                    throw new MutationFailureException("connection", MutationRunner.Seed, done, payload, e);
                }
            }

            victim.Abort();
            await victim.Closed;
            await draining;
            foreach (Task<SshChannel> opening in channels)
            {
                // Every opening has an end.
                await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                if (opening.IsCompletedSuccessfully) await (await opening).Closed;
                else Assert.IsType<TunnelException>(opening.Exception!.InnerException);
            }

            raw.Dispose();
        }

        Unobserved.AssertNone();
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 100_000_000);
    }

    private static bool ReachesTheConnection(byte number) => number is 0 or (>= 8 and < 20) or (>= 50 and not 192 and not 193);

    private static void Act(SshConnection victim, List<Task<SshChannel>> channels, Random random)
    {
        SshChannel? open = channels.Find(c => c.IsCompletedSuccessfully)?.Result;
        switch (random.Next(6))
        {
            case 0 or 1 when channels.Count < 20:
                channels.Add(victim.OpenChannelAsync("x", default).AsTask());
                break;
            case 2 when open is not null:
                _ = open.WriteAsync(new byte[random.Next(100_000)]).AsTask().ContinueWith(static t => t.Exception, TaskScheduler.Default);
                channels.RemoveAll(c => c.IsCompletedSuccessfully && c.Result == open);
                break;
            case 3 when open is not null:
                _ = open.ReadAsync(new byte[random.Next(1000)].AsMemory()).AsTask().ContinueWith(static t => t.Exception, TaskScheduler.Default);
                channels.RemoveAll(c => c.IsCompletedSuccessfully && c.Result == open);
                break;
            case 4 when open is not null:
                _ = open.RequestAsync("x", default).AsTask().ContinueWith(static t => t.Exception, TaskScheduler.Default);
                open.Dispose();
                break;
            case 5:
                _ = victim.RequestAsync("x", default).AsTask().ContinueWith(static t => t.Exception, TaskScheduler.Default);
                break;
        }
    }

    private static async Task<(SshConnection Victim, RawPeer Raw)> ConnectAsync(MemoryStreamPair streams, bool victimIsClient)
    {
        var service = new FakeService { Request = static (_, fields) => ValueTask.FromResult(new GlobalRequestReply(fields.Length % 2 == 0, fields)) };
        if (victimIsClient)
        {
            Task<SshClient> connecting = SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions);
            var server = new RawPeer(streams.Second, isClient: false);
            await server.LogInAsync();
            SshConnection connection = (await connecting).Connection;
            connection.Service = service;
            return (connection, server);
        }

        Task<SshServerSession> accepting = SshServerSession.AcceptAsync(streams.Second, TestPeers.ServerOptions, new TestPeers.OneKey(), _ => service);
        var client = new RawPeer(streams.First, isClient: true);
        await client.LogInAsync();
        return ((await accepting).Connection, client);
    }

    private static async Task DrainAsync(RawPeer raw)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await raw.Stream.ReadAsync(buffer.AsMemory()) > 0)
            {
            }
        }
        catch (TunnelException)
        {
            // The end of the run.
        }
    }

    private static List<byte[]> Corpus()
    {
        var corpus = new List<byte[]>();
        foreach (string type in (string[])["sink", "echo", "other"])
        {
            for (uint i = 0; i < 3; i++) corpus.Add(new ChannelOpenMessage(type, i, 10_000 * i, 1000 * (i + 1), default).ToArray());
        }

        for (uint id = 0; id < 8; id++)
        {
            corpus.Add(HostileChannelTests.Data(id, 1));
            corpus.Add(HostileChannelTests.Data(id, 3000));
            corpus.Add(new ChannelOpenConfirmationMessage(id, id, 1000, 1000, default).ToArray());
            corpus.Add(new ChannelOpenFailureMessage(id, ChannelOpenFailureReason.ConnectFailed, "no\nno", "en").ToArray());
            corpus.Add(new ChannelWindowAdjustMessage(id, 100_000).ToArray());
            corpus.Add(new ChannelEofMessage(id).ToArray());
            corpus.Add(new ChannelCloseMessage(id).ToArray());
            corpus.Add(new ChannelRequestMessage(id, "exec", true, new byte[] { 0, 0, 0, 1, 65 }).ToArray());
            corpus.Add(new ChannelSuccessMessage(id).ToArray());
            corpus.Add(new ChannelFailureMessage(id).ToArray());
            corpus.Add([95, 0, 0, 0, (byte)id, 0, 0, 0, 1, 0, 0, 0, 2, 65, 66]);
        }

        corpus.Add(new GlobalRequestMessage("keepalive@openssh.com", true, default).ToArray());
        corpus.Add(new GlobalRequestMessage("tcpip-forward", false, new byte[30]).ToArray());
        corpus.Add(new RequestSuccessMessage(new byte[4]).ToArray());
        corpus.Add([82]);
        corpus.Add(new UserauthRequestMessage("u", "ssh-connection", "none", default).ToArray());
        return corpus;
    }
}

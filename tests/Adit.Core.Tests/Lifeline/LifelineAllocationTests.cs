using System.Net;
using System.Net.Sockets;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;

namespace Adit.Core.Tests.Lifeline;

/// <summary>Tests that count what the whole process allocates, and so run by themselves.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;

[Collection(nameof(AloneCollection))]
public sealed class LifelineAllocationTests
{
    private const int Portion = 32_768;
    private const int Portions = 4000;
    private const long MostEach = 12; // no object is so small
    private readonly byte[] _sent = new byte[Portion];
    private readonly byte[] _received = new byte[Portion];

    /// <summary>Client and server, their loops, the mailboxes and the sockets: an octet moved costs no garbage, whoever waits for whom.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OctetsThatMove_AllocateNothing(bool up)
    {
        CarrierKey key = CarrierKey.Generate();
        var accepted = new TaskCompletionSource<LifelineStream>();
        await using LifelineAcceptor acceptor = new(new LifelineServerOptions { Keys = [key] }, (stream, _) => accepted.TrySetResult(stream));
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(listener.LocalEndPoint!);
        Task serving = acceptor.ServeAsync(new StreamMailbox(new SocketStream(await listener.AcceptAsync()), "server"));
        await using LifelineClient client = await LifelineClient.ConnectAsync(new StreamMailbox(new SocketStream(near), "client"), key);
        await using LifelineStream served = await accepted.Task.WaitAsync(TimeSpan.FromSeconds(20));
        (DuplexStream from, DuplexStream to) = up ? (client.Stream, served) : ((DuplexStream)served, client.Stream);

        // Lists grow with what is on its way, once and for all; what each portion costs would show every time.
        await MoveAsync(from, to);
        long each = long.MaxValue;
        for (int attempt = 0; attempt < 10 && each > MostEach; attempt++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await MoveAsync(from, to);
            each = (GC.GetTotalAllocatedBytes(precise: true) - before) / Portions;
        }

        Assert.InRange(each, 0, MostEach);
    }

    private async Task MoveAsync(DuplexStream from, DuplexStream to)
    {
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Portions; i++) await from.WriteAsync(_sent);
        });
        long left = (long)Portions * Portion;
        while (left > 0) left -= await to.ReadAsync(_received.AsMemory(0, (int)Math.Min(Portion, left)));
        await writing;
    }
}

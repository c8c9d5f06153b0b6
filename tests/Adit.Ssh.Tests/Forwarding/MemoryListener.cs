using System.Net;
using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Ssh.Tests.Forwarding;

/// <summary>A listener whose clients are made by the test.</summary>
internal sealed class MemoryListener : IStreamListener
{
    private readonly Channel<Incoming> _incoming = Channel.CreateUnbounded<Incoming>();

    public Destination BoundAt { get; } = new TcpDestination("memory", 1);

    public bool IsDisposed { get; private set; }

    /// <summary>Connects; the far end of the accepted stream.</summary>
    public DuplexStream Connect()
    {
        var pair = new MemoryStreamPair();
        Assert.True(_incoming.Writer.TryWrite(new Incoming(pair.Second, BoundAt, new IPEndPoint(IPAddress.Loopback, 5), "memory")));
        return pair.First;
    }

    public async ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _incoming.Reader.WaitToReadAsync(cancellationToken) && _incoming.Reader.TryRead(out Incoming? next) ? next : null;

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        _incoming.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }
}

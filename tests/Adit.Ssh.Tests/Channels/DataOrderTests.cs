using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Tests.Transport;

namespace Adit.Ssh.Tests.Channels;

/// <summary>Data may not pass the messages that stand before it, whenever the send loop comes upon it.</summary>
public sealed class DataOrderTests
{
    [Fact(Timeout = 30_000)]
    public async Task ChannelThatIsConfirmedWhileABatchIsFilled_IsConfirmedBeforeItsData()
    {
        byte[] sent = StreamChecks.Octets(1, 100);
        var asked = new TaskCompletionSource();
        var verdict = new TaskCompletionSource<ChannelVerdict>(); // its continuations run at once, on the send loop
        using var local = new ReadCallback(() => verdict.TrySetResult(ChannelVerdict.Accept(async channel => await channel.WriteAsync(sent))));
        var service = new FakeService
        {
            Open = (opening, _) =>
            {
                if (opening.ChannelType == "first") return ValueTask.FromResult(ChannelVerdict.Accept(channel => channel.RelayAsync(local)));
                asked.SetResult();
                return new ValueTask<ChannelVerdict>(verdict.Task);
            },
        };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        Task<SshChannel> second = pair.OpenAsync("second");
        await asked.Task;
        await pair.OpenAsync("first");

        Assert.Equal(sent, await StreamChecks.ReadToEndAsync(await second, sent.Length));
    }

    /// <summary>A local stream that has nothing, and tells when the send loop looks.</summary>
    private sealed class ReadCallback(Action looked) : DuplexStream, IReadyStream
    {
        private readonly TaskCompletionSource _never = new();

        public bool TryRead(Span<byte> destination, out int count)
        {
            looked();
            count = 0;
            return false;
        }

        public void TryWrite(ReadOnlySpan<byte> source, out int count) => count = source.Length;

        public ValueTask WaitReadableAsync(CancellationToken cancellationToken = default) => new(_never.Task);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public override void Abort(TunnelError error) => Dispose();
    }
}

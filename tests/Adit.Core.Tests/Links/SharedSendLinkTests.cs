using Adit.Core.Links;

namespace Adit.Core.Tests.Links;

/// <summary>Answers from the other direction's thread.</summary>
public sealed class SharedSendLinkTests
{
    private static readonly LinkProperties Ip = new() { Medium = Medium.Ip };

    [Fact]
    public void Answer_IsSentAtOnce_WhereNobodySends()
    {
        (MemoryLink left, MemoryLink right) = MemoryLink.CreatePair(Ip);
        var shared = new SharedSendLink(left);
        shared.Answer(Batch([1, 2, 3]));
        var batch = new PacketBatch(2, 4);
        Assert.Equal(1, right.TryReceive(batch));
        Assert.Equal([1, 2, 3], batch.Octets(batch[0]).ToArray());
    }

    [Fact]
    public void TwoLinks_ThatAnswerEachOther_NeverWaitForEachOther()
    {
        // Every packet that is sent to one is answered to the other, under its lock: with two locks taken in two orders this would stand still.
        var one = new AnsweringLink();
        var two = new AnsweringLink();
        SharedSendLink first = new(one), second = new(two);
        first.AnswerTo(second);
        second.AnswerTo(first);
        var threads = new List<Thread>();
        foreach (SharedSendLink link in (SharedSendLink[])[first, second, first, second])
        {
            var thread = new Thread(() =>
            {
                PacketBatch batch = Batch([AnsweringLink.Question]);
                for (int i = 0; i < 20_000; i++) link.Send(batch);
            }) { IsBackground = true };
            thread.Start();
            threads.Add(thread);
        }

        foreach (Thread thread in threads) Assert.True(thread.Join(TimeSpan.FromSeconds(30)), "a thread waits for ever");
        Assert.Equal((40_000L, 40_000L), (one.Questions, two.Questions));
        Assert.Equal(40_000, two.Answers + second.Counters.DroppedFor(DropReason.NoRoom));
        Assert.Equal(40_000, one.Answers + first.Counters.DroppedFor(DropReason.NoRoom));
    }

    private static PacketBatch Batch(byte[] octets)
    {
        var batch = new PacketBatch(1, 1);
        Assert.True(batch.Add(octets));
        return batch;
    }

    private sealed class AnsweringLink : ILink
    {
        public const byte Question = 1;

        private readonly PacketBatch _answer = Batch([2]);
        private IAnswerSink? _sender;
        private int _inside;

        public long Questions { get; private set; }

        public long Answers { get; private set; }

        public string Name => "answering";

        public LinkProperties Properties => Ip;

        public LinkCounters Counters { get; } = new();

        public int Receive(PacketBatch batch) => 0;

        public void Send(PacketBatch batch)
        {
            if (Interlocked.Increment(ref _inside) != 1) throw new InvalidOperationException("two threads send");
            foreach (ref readonly Packet packet in batch.Packets)
            {
                if (batch.Octets(packet)[0] == Question)
                {
                    Questions++;
                    _sender!.Answer(_answer);
                }
                else
                {
                    Answers++;
                }
            }

            Interlocked.Decrement(ref _inside);
        }

        public void AnswerTo(IAnswerSink sender) => _sender = sender;

        public void Interrupt()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

using System.Threading.Channels;
using Adit.Carriers.Sms;
using Adit.Core.Lifeline;
using Adit.Wire.Lifeline;

namespace Adit.Carriers.Tests.Sms;

public sealed class SmsListenerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task NumberThatCannotBeAnswered_DisturbsNobodyElse()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var carrier = new SmsCarrierOptions();
        CarrierKey key = CarrierKey.Generate();
        byte[] hello = await HelloAsync(carrier, key);
        int opened = 0;
        var link = new FakeLink();
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [key] }, (_, _) => { });
        await using var listener = new SmsListener(
            new SmsListenerOptions { Place = "test", Carrier = carrier },
            _ =>
            {
                opened++;
                return Task.FromResult<ISmsLink>(link);
            },
            acceptor);
        await listener.StartAsync(cancellationToken);
        await link.Arriving.WriteAsync(new SmsArrival(FakeLink.Unanswerable, hello, SmsForm.Octets), cancellationToken);
        await link.Arriving.WriteAsync(new SmsArrival("4917000001", hello, SmsForm.Octets), cancellationToken);
        (string number, byte[] welcome, _) = await link.Sent.ReadAsync(cancellationToken).AsTask().WaitAsync(Patience, cancellationToken);
        Assert.Equal(("4917000001", (byte)LifelineDatagramType.Welcome, 1), (number, welcome[0], opened));
        Assert.False(link.IsDisposed);
    }

    /// <summary>Whatever fails in opening a link again, the listener goes on.</summary>
    [Fact]
    public async Task LinkThatCannotBeOpenedForAnyReason_IsTriedAgain()
    {
        var time = new TestKit.Time.VirtualTime();
        var opened = Channel.CreateUnbounded<int>();
        int count = 0;
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [CarrierKey.Generate()] }, (_, _) => { });
        await using var listener = new SmsListener(
            new SmsListenerOptions { Place = "test", Carrier = new SmsCarrierOptions() },
            _ =>
            {
                opened.Writer.TryWrite(++count);
                if (count == 2) throw new UnauthorizedAccessException("no");
                var link = new FakeLink();
                link.Arriving.TryComplete();
                return Task.FromResult<ISmsLink>(link);
            },
            acceptor,
            time: time);
        await listener.StartAsync(TestContext.Current.CancellationToken);
        for (int i = 1; i <= 3; i++)
        {
            long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
            while (!opened.Reader.TryPeek(out _) && Environment.TickCount64 < deadline)
            {
                time.AdvanceToNextTimer();
                await Task.Yield();
            }

            Assert.True(opened.Reader.TryRead(out int now), $"expected the link to be opened {i} times, got {count}");
            Assert.Equal(i, now);
        }
    }

    private static async Task<byte[]> HelloAsync(SmsCarrierOptions carrier, CarrierKey key)
    {
        using var enough = new CancellationTokenSource();
        var link = new FakeLink();
        Task connecting = LifelineClient.ConnectAsync(new SmsMailbox(link, "1", carrier, TimeProvider.System), key, cancellationToken: enough.Token);
        byte[] hello = (await link.Sent.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience)).Datagram;
        await enough.CancelAsync();
        await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return hello;
    }
}

using System.Net;
using System.Net.Sockets;
using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Lab;
using Adit.Carriers.Sms.Smpp;
using Adit.Core.Lifeline;
using Adit.Core.Streams;
using Adit.TestKit.Time;

namespace Adit.Carriers.Tests.Sms;

/// <summary>Client, gateway and the laboratory's centre in one process: what the lab is for, and the shortest proof that the three fit.</summary>
public sealed class LabCentreTests
{
    private const double Scale = 100;

    [Fact]
    public async Task ConnectionsThatDoNotBind_AreFew_AndEnd()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var time = new VirtualTime();
        await using LabCentre centre = LabCentre.Start(new LabCentreOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), MostSessions = 1 }, time);
        using Socket first = await ConnectAsync();
        using Socket second = await ConnectAsync();
        Assert.Equal(0, await EndAsync(second));
        long deadline = Environment.TickCount64 + 10_000;
        while (time.TimerCount == 0 && Environment.TickCount64 < deadline) await Task.Yield();
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, await EndAsync(first));

        async Task<Socket> ConnectAsync()
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(centre.EndPoint, cancellationToken);
            return socket;
        }

        async Task<int> EndAsync(Socket socket)
        {
            try
            {
                return await socket.ReceiveAsync(new byte[1], cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
            }
            catch (SocketException)
            {
                return 0; // reset
            }
        }
    }

    [Theory]
    [InlineData(0, 0, 0, SmsForm.Auto, null)]
    [InlineData(0, 0, 0, SmsForm.Text, null)]
    [InlineData(0.05, 0.05, 60, SmsForm.Octets, (ushort)16_000)]
    public async Task Stream_BothWays_ByteExact(double loss, double duplicates, int reorder, SmsForm form, ushort? port)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using LabCentre centre = LabCentre.Start(new LabCentreOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0), Loss = loss, Duplicates = duplicates, Reorder = TimeSpan.FromSeconds(reorder), TimeScale = Scale,
        });
        var carrier = new SmsCarrierOptions { Form = form, Port = port, TimeScale = Scale, Window = 50 };
        CarrierKey key = CarrierKey.Generate();
        var accepted = new TaskCompletionSource<LifelineStream>();
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [key] }, (stream, _) => accepted.SetResult(stream));
        await using var listener = new SmsListener(new SmsListenerOptions { Place = "test", Carrier = carrier }, Open("4900000001"), acceptor);
        await listener.StartAsync(cancellationToken);
        var dialer = new SmsMailboxDialer("test", "+4900000001", carrier, Open("4900000002"));
        await using LifelineClient client = await LifelineClient.ConnectAsync(await dialer.OpenAsync(cancellationToken), key, cancellationToken: cancellationToken);

        byte[] up = new byte[3000], down = new byte[3000];
        new Random(1).NextBytes(up);
        new Random(2).NextBytes(down);
        await client.Stream.WriteAsync(up, cancellationToken);
        LifelineStream server = await accepted.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        await server.WriteAsync(down, cancellationToken);
        byte[] gotUp = new byte[up.Length], gotDown = new byte[down.Length];
        await server.ReadExactlyAsync(gotUp, cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        await client.Stream.ReadExactlyAsync(gotDown, cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        Assert.Equal(up, gotUp);
        Assert.Equal(down, gotDown);
        TestContext.Current.TestOutputHelper?.WriteLine($"submitted {centre.Submitted}, lost {centre.Lost}, delivered {centre.Delivered}");

        Func<CancellationToken, Task<ISmsLink>> Open(string number) => async token => await SmppLink.OpenAsync(
            new SmppLinkOptions { Name = "test", Host = "127.0.0.1", Port = centre.EndPoint.Port, SystemId = number, From = "+" + number, Carrier = carrier }, new SocketDialer(), null, token);
    }
}

using Adit.Carriers.Sms;

namespace Adit.Carriers.Tests.Sms;

public sealed class SmsMailboxTests
{
    /// <summary>The peer turns to text between a datagram's making and its sending.</summary>
    [Fact]
    public async Task DatagramThatIsTooLongForText_GoesAsOctets()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var link = new FakeLink();
        await using var mailbox = new SmsMailbox(link, "4917000001", new SmsCarrierOptions(), TimeProvider.System);
        byte[] room = new byte[200];
        await link.Arriving.WriteAsync(new SmsArrival("4917000001", [0x10], SmsForm.Octets), cancellationToken);
        Assert.Equal(1, await mailbox.ReceiveAsync(room, cancellationToken));
        byte[] datagram = new byte[mailbox.SendLimit];
        await link.Arriving.WriteAsync(new SmsArrival("4917000001", [0x10], SmsForm.Text), cancellationToken);
        Assert.Equal(1, await mailbox.ReceiveAsync(room, cancellationToken));
        await mailbox.SendAsync(datagram, cancellationToken);
        await mailbox.SendAsync(new byte[mailbox.SendLimit], cancellationToken);
        Assert.Equal((140, SmsForm.Octets), await NextAsync());
        Assert.Equal((120, SmsForm.Text), await NextAsync());

        async Task<(int Length, SmsForm Form)> NextAsync()
        {
            (_, byte[] sent, SmsForm form) = await link.Sent.ReadAsync(cancellationToken);
            return (sent.Length, form);
        }
    }
}

using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Modem;
using Adit.Core;
using Adit.Wire.Sms;

namespace Adit.Carriers.Tests.Sms;

public sealed class ModemLinkTests : IAsyncDisposable
{
    private readonly FakeModem _modem = new();

    public ValueTask DisposeAsync() => _modem.DisposeAsync();

    /// <summary>The answer to an earlier command comes where the prompt is expected.</summary>
    [Theory]
    [InlineData("\r\nOK\r\n> ")]
    [InlineData("\r\n+CMGS: 5\r\n\r\nOK\r\n> ")]
    public async Task LateOk_IsNoPrompt(string answer)
    {
        await using ModemLink link = await _modem.OpenAsync();
        _modem.Answer = c => c.StartsWith("AT+CMGS=", StringComparison.Ordinal) ? answer : FakeModem.Usual(c);
        await _modem.UntilAsync(SendAsync(link));
        Assert.EndsWith("\u001a", _modem.Commands[^1], StringComparison.Ordinal);
        Assert.Equal(1, _modem.Budget.Spent);
    }

    /// <summary>A late error in the prompt's place: the prompt that follows is given up, for it would take the next command for a message.</summary>
    [Fact]
    public async Task ErrorForThePrompt_IsFollowedByEscape()
    {
        await using ModemLink link = await _modem.OpenAsync();
        _modem.Answer = c => c.StartsWith("AT+CMGS=", StringComparison.Ordinal) ? "\r\n+CMS ERROR: 500\r\n> " : FakeModem.Usual(c);
        await _modem.UntilAsync(SendAsync(link));
        await _modem.UntilAsync(() => _modem.Commands[^1] == "\u001b");
        Assert.Equal(0, _modem.Budget.Spent);
    }

    [Fact]
    public async Task SilentModem_CostsNothing_AndIsGivenUp()
    {
        await using ModemLink link = await _modem.OpenAsync();
        _modem.Answer = _ => null;
        for (int i = 0; i < 2; i++) await _modem.UntilAsync(SendAsync(link));
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => _modem.UntilAsync(SendAsync(link)));
        Assert.Equal(TunnelError.TimedOut, e.Error);
        Assert.Equal(0, _modem.Budget.Spent);
        e = await Assert.ThrowsAsync<TunnelException>(() => link.Received.Completion.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(TunnelError.TimedOut, e.Error);
    }

    /// <summary>The network, not the modem: that was perhaps sent, and is charged.</summary>
    [Fact]
    public async Task MessageThatIsNotAnswered_WasPerhapsSent()
    {
        await using ModemLink link = await _modem.OpenAsync();
        _modem.Answer = c => c.EndsWith('\u001a') ? null : FakeModem.Usual(c);
        for (int i = 0; i < 3; i++) await _modem.UntilAsync(SendAsync(link));
        Assert.Equal(3, _modem.Budget.Spent);
    }

    [Fact]
    public async Task LineThatTakesNothing_IsGivenUp()
    {
        await using var modem = new FakeModem(capacity: 24);
        await using ModemLink link = await modem.OpenAsync();
        modem.IsStuck = true;
        TunnelException? e = null;
        for (int i = 0; i < 4 && e is null; i++) e = (TunnelException?)await Record.ExceptionAsync(() => modem.UntilAsync(SendAsync(link)));
        Assert.Equal(TunnelError.TimedOut, e?.Error);
    }

    [Fact]
    public async Task AcknowledgementThatFails_MakesItListenAgain_AndSweep()
    {
        await using ModemLink link = await _modem.OpenAsync();
        _modem.Answer = c => c == "AT+CNMA" ? "\r\nERROR\r\n" : FakeModem.Usual(c);
        int before = _modem.Commands.Count;
        await _modem.SayAsync(Delivery("1234567"));
        await _modem.UntilAsync(() => _modem.Commands.Count >= before + 3);
        Assert.Equal(["AT+CNMA", "AT+CNMI=2,2,0,0,0", "AT+CMGL=4"], _modem.Commands.Skip(before).Take(3));
    }

    [Fact]
    public async Task NowAndThen_ItListensAgain()
    {
        await using ModemLink link = await _modem.OpenAsync();
        int before = _modem.Commands.Count;
        _modem.Time.Advance(TimeSpan.FromMinutes(5));
        await _modem.UntilAsync(() => _modem.Commands.Count >= before + 2);
        Assert.Equal(["AT+CNMI=2,2,0,0,0", "AT+CMGL=4"], _modem.Commands.Skip(before).Take(2));
    }

    /// <summary>Only what was fetched is deleted.</summary>
    [Fact]
    public async Task MessageThatWasNotFetched_StaysInTheStorage()
    {
        await using ModemLink link = await _modem.OpenAsync();
        string pdu = Delivery("1234567").Split("\r\n")[2];
        _modem.Answer = c => c == "AT+CMGR=4" ? $"\r\n+CMGR: 0,,20\r\n{pdu}\r\n\r\nOK\r\n" : FakeModem.Usual(c);
        await _modem.SayAsync("\r\n+CMTI: \"SM\",3\r\n\r\n+CMTI: \"SM\",4\r\n");
        await _modem.UntilAsync(() => _modem.Commands[^1] == "AT+CMGD=4");
        Assert.DoesNotContain("AT+CMGD=3", _modem.Commands);
        Assert.Equal("1234567", (await _modem.UntilAsync(link.Received.ReadAsync().AsTask())).Number);
    }

    [Fact]
    public async Task NameThatNothingCanBeSentTo_IsNoPeer()
    {
        await using ModemLink link = await _modem.OpenAsync();
        await _modem.SayAsync(Delivery("ADIT", SmsNumber.Alphanumeric) + Delivery("1234567"));
        Assert.Equal("1234567", (await _modem.UntilAsync(link.Received.ReadAsync().AsTask())).Number);
    }

    private static async Task<bool> SendAsync(ModemLink link)
    {
        await link.SendAsync("+4917000001", new byte[] { 0x10, 1, 2 }, SmsForm.Octets);
        return true;
    }

    private static string Delivery(string from, byte type = SmsNumber.Unknown)
    {
        var deliver = new SmsDeliver { Originator = new SmsNumber(type, from), Coding = SmsCoding.Octets, UserDataLength = 3, UserData = [0x10, 1, 2] };
        byte[] pdu = new byte[1 + deliver.EncodedLength];
        deliver.Encode(pdu.AsSpan(1));
        return $"\r\n+CMT: ,{deliver.EncodedLength}\r\n{Convert.ToHexString(pdu)}\r\n";
    }
}

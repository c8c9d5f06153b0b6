using System.Text;
using Adit.TestKit.Codecs;
using Adit.Wire.Ssh;

namespace Adit.Wire.Tests.Ssh;

public sealed class IdentificationReaderTests
{
    [Fact]
    public void AnySplit_GivesTheSameLine_AndLeavesTheFirstPacket()
    {
        byte[] input = Octets.Of("'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10' 0d0a 0000052c0a14");
        string outcome = SplitCheck.Run(input, Feed(allowLinesBefore: false));
        Assert.Equal("Ok 41 [SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10] after 0 lines", outcome);
    }

    [Fact]
    public void LinesBefore_AreSkippedByAClient()
    {
        byte[] input = Octets.Of("'Authorised use only' 0d0a 0a 'SSH' 0a 'SSH-2.0-dropbear_2022.83' 0a 00");
        Assert.Equal("Ok 51 [SSH-2.0-dropbear_2022.83] after 3 lines", SplitCheck.Run(input, Feed(allowLinesBefore: true)));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", 1)]
    [InlineData("SSH2", 4)]
    [InlineData("\n", 1)]
    public void OtherLine_IsRefusedByAServer_AtTheFirstOctetThatCannotBe(string text, int consumed)
    {
        var reader = new IdentificationReader(allowLinesBefore: false);
        Assert.Equal(DecodeStatus.BadValue, reader.Receive(Encoding.ASCII.GetBytes(text), out int taken));
        Assert.Equal(consumed, taken);
    }

    [Theory]
    [InlineData("SSH-1.5-old\n", DecodeStatus.Unsupported)]
    [InlineData("SSH-3.0-new\r\n", DecodeStatus.Unsupported)]
    [InlineData("SSH-2.0\r\n", DecodeStatus.BadValue)]
    [InlineData("SSH-2.0-a\0b\r\n", DecodeStatus.BadValue)]
    [InlineData("SSH-2.0-a\rb\r\n", DecodeStatus.BadValue)]
    [InlineData("SSH-1.99-a\n", DecodeStatus.Ok)]
    [InlineData("SSH-2.0-a", DecodeStatus.Truncated)]
    public void Line_IsJudged(string text, DecodeStatus expected) =>
        Assert.Equal(expected, new IdentificationReader(allowLinesBefore: true).Receive(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData(253, "\r\n", DecodeStatus.Ok)]
    [InlineData(254, "\r\n", DecodeStatus.BadLength)]
    [InlineData(254, "\n", DecodeStatus.Ok)]
    [InlineData(255, "\n", DecodeStatus.BadLength)]
    [InlineData(100_000, "", DecodeStatus.BadLength)]
    public void Line_IsBoundedAt255Octets(int length, string end, DecodeStatus expected)
    {
        byte[] input = Encoding.ASCII.GetBytes("SSH-2.0-".PadRight(length, 'x') + end);
        Assert.Equal(expected, new IdentificationReader(allowLinesBefore: true).Receive(input, out int consumed));
        Assert.InRange(consumed, 0, 256);
    }

    [Fact]
    public void LinesBefore_AreBoundedInLengthAndNumber()
    {
        Assert.Equal(DecodeStatus.BadLength, new IdentificationReader(allowLinesBefore: true).Receive(Encoding.ASCII.GetBytes(new string('x', 8192)), out _));
        byte[] most = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("x\n", 1024)) + "SSH-2.0-x\n");
        Assert.Equal(DecodeStatus.Ok, new IdentificationReader(allowLinesBefore: true).Receive(most, out _));
        Assert.Equal(DecodeStatus.BadLength, new IdentificationReader(allowLinesBefore: true).Receive([.. "x\n"u8, .. most], out _));
    }

    [Fact]
    public void AfterTheEnd_NothingMoreIsTaken()
    {
        var reader = new IdentificationReader(allowLinesBefore: false);
        Assert.Equal(DecodeStatus.Ok, reader.Receive("SSH-2.0-x\r\n"u8, out _));
        Assert.Equal(DecodeStatus.Ok, reader.Receive("more"u8, out int consumed));
        Assert.Equal(0, consumed);
    }

    [Fact]
    public void LineSoFar_IsPrintable()
    {
        var reader = new IdentificationReader(allowLinesBefore: true);
        reader.Receive("\u001b[2Jbad\r\n"u8[..8], out _);
        Assert.Equal("?[2Jbad", reader.LineSoFar);
    }

    [Fact]
    public void Parts_AreRead()
    {
        var line = new IdentificationLine("SSH-2.0-OpenSSH_for_Windows_9.5-x some comment");
        Assert.Equal(("2.0", "OpenSSH_for_Windows_9.5-x", "some comment"), (line.ProtocolVersion, line.SoftwareVersion, line.Comments));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("with-minus")]
    [InlineData("")]
    [InlineData("über")]
    public void Create_RefusesWhatTheRfcForbids(string version) => Assert.Throws<ArgumentException>(() => IdentificationLine.Create(version));

    private static Func<IReadOnlyList<byte[]>, string> Feed(bool allowLinesBefore) => pieces =>
    {
        var reader = new IdentificationReader(allowLinesBefore);
        int total = 0;
        DecodeStatus status = DecodeStatus.Truncated;
        foreach (byte[] piece in pieces)
        {
            status = reader.Receive(piece, out int consumed);
            total += consumed;
        }

        return $"{status} {total} [{reader.Line.Text}] after {reader.LinesBefore} lines";
    };
}

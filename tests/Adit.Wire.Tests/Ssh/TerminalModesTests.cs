using Adit.TestKit.Codecs;
using Adit.Wire.Ssh;

namespace Adit.Wire.Tests.Ssh;

public sealed class TerminalModesTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("35 u32:1", 1)] // no end mark
    [InlineData("35 u32:1 01 0000", 1)]
    [InlineData("35 u32:1 00 01 u32:3", 1)]
    [InlineData("35 u32:1 a0 u32:3 01 u32:3 00", 1)] // RFC 4254 §8: parsing stops at 160
    [InlineData("35 u32:1 9f u32:3 01 u32:3 00", 3)]
    public void Read_TakesWhatIsUnderstood(string octets, int count) => Assert.Equal(count, TerminalModes.Read(Octets.Of(octets)).Modes.Count);

    [Fact]
    public void OpcodeWithoutForm_IsNotDecoded() => Assert.Equal(DecodeStatus.Unsupported, TerminalModes.TryDecode(Octets.Of("a0 u32:1 00"), out _, out _));

    [Fact]
    public void OpcodeWithoutForm_IsNotEncoded() => Assert.Throws<ArgumentException>(() => new TerminalModes([(160, 1)]).Encode(new byte[6]));
}

using Adit.TestKit.Codecs;
using Adit.Wire.SshMux;

namespace Adit.Wire.Tests.SshMux;

/// <summary>The codec kit over the multiplexing protocol.</summary>
public sealed class MuxCodecTests
{
    private const int Inputs = 200_000;

    public static TheoryData<string> Names => [.. MuxCodecCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Vector_DecodesAndReencodesByteExact(string name) => Case(name).CheckVector();

    [Theory]
    [MemberData(nameof(Names))]
    public void Prefix_IsTruncated(string name) => Case(name).CheckPrefixes();

    [Fact]
    public void OtherType_IsBadValue()
    {
        byte[] octets = Octets.Of("10000005 u32:4");
        Assert.Equal(DecodeStatus.BadValue, MuxAliveCheckMessage.TryDecode(octets, out _, out _));
        Assert.Equal(DecodeStatus.BadValue, MuxExitMessage.TryDecode([.. octets, 0, 0, 0, 0], out _, out _));
        Assert.Equal(DecodeStatus.BadValue, MuxFailureMessage.TryDecode([.. octets, 0, 0, 0, 0], out _, out _));
    }

    [Fact]
    public void OctetAfterTheLastField_IsBadLength()
    {
        Assert.Equal(DecodeStatus.BadLength, MuxOkMessage.TryDecode(Octets.Of("80000001 u32:10 00"), out _, out _));
        Assert.Equal(DecodeStatus.BadLength, MuxOpenForwardMessage.TryDecode(Octets.Of("10000006 u32:5 u32:1 s'' u32:8080 s'a' u32:80 00"), out _, out _));
    }

    [Fact]
    public void Variables_BeyondTheBound_AreBadValue()
    {
        var message = new MuxNewSessionMessage { Environment = [.. Enumerable.Repeat("A=", MuxNewSessionMessage.MaximumVariables)] };
        byte[] octets = message.ToArray();
        Assert.Equal(DecodeStatus.Ok, MuxNewSessionMessage.TryDecode(octets, out _, out _));
        Assert.Equal(DecodeStatus.BadValue, MuxNewSessionMessage.TryDecode([.. octets, .. Octets.Of("s'A='")], out _, out _));
    }

    [Fact]
    public void EveryCodec_HasAVector()
    {
        IEnumerable<Type> codecs = typeof(MuxHelloMessage).Assembly.GetTypes()
            .Where(t => t.Namespace == "Adit.Wire.SshMux" && t.IsValueType && t.GetInterfaces().Any(i => i.Name.StartsWith("IWireValue", StringComparison.Ordinal)));
        Assert.Equal(codecs.Select(t => t.Name).Order(), MuxCodecCases.All.Select(c => c.CodecType.Name).Distinct().Order());
    }

    [Fact]
    public void MutatedOctets_NeverThrow_AndWhatDecodesIsStable()
    {
        int each = (Inputs / MuxCodecCases.Targets.Count) + 1;
        foreach (FuzzTarget target in MuxCodecCases.Targets) MutationRunner.Run(target, MutationRunner.Seed, each);
        Assert.Equal(MuxCodecCases.Targets.Count, MuxCodecCases.Targets.Select(t => t.Name).Distinct().Count());
    }

    private static CodecCase Case(string name) => MuxCodecCases.All.Single(c => c.Name == name);
}

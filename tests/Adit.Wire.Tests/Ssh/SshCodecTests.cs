using Adit.TestKit;
using Adit.TestKit.Codecs;
using Adit.Wire.Ssh;

namespace Adit.Wire.Tests.Ssh;

/// <summary>The codec kit over every SSH message.</summary>
public sealed class SshCodecTests
{
    public static TheoryData<string> Names => [.. SshCodecCases.All.Select(c => c.Name)];

    public static TheoryData<string> MessageNames => [.. SshCodecCases.All.Where(c => IsMessage(c.CodecType)).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Vector_DecodesAndReencodesByteExact(string name) => Case(name).CheckVector();

    [Theory]
    [MemberData(nameof(Names))]
    public void Prefix_IsTruncated(string name) => Case(name).CheckPrefixes();

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void OtherMessageNumber_IsBadValue(string name)
    {
        byte[] octets = [.. Case(name).Vector];
        octets[0] ^= 0x80;
        Assert.Equal(DecodeStatus.BadValue, Decode(Case(name).CodecType, octets));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void OctetAfterTheLastField_IsBadLength(string name)
    {
        CodecCase codec = Case(name);
        bool open = codec.CodecType.GetProperty("Fields") is not null || codec.CodecType.GetProperty("MethodFields") is not null;
        bool list = codec.CodecType == typeof(HostKeysFields);
        DecodeStatus expected = open || codec.CodecType == typeof(IdentificationLine) ? DecodeStatus.Ok : list ? DecodeStatus.Truncated : DecodeStatus.BadLength;
        Assert.Equal(expected, Decode(codec.CodecType, [.. codec.Vector, 0]));
    }

    [Fact]
    public void EveryCodec_HasAVector()
    {
        IEnumerable<Type> codecs = typeof(DisconnectMessage).Assembly.GetTypes()
            .Where(t => t.Namespace == "Adit.Wire.Ssh" && t.IsValueType && t.GetInterfaces().Any(i => i.Name.StartsWith("IWireValue", StringComparison.Ordinal)));
        Assert.Equal(codecs.Select(t => t.Name).Order(), SshCodecCases.All.Select(c => c.CodecType.Name).Distinct().Order());
    }

    [Fact]
    public void Length_OfFourGigabytes_IsTruncatedWithoutAllocating()
    {
        byte[] octets = Octets.Of("02 ffffffff 00"), extensions = Octets.Of("07 ffffffff");
        Assert.Equal(DecodeStatus.Truncated, IgnoreMessage.TryDecode(octets, out _, out _));
        Assert.Equal(DecodeStatus.Truncated, ExtInfoMessage.TryDecode(extensions, out _, out _));
        Assert.InRange(Allocations.Least(1, () => _ = IgnoreMessage.TryDecode(octets, out _, out _) == ExtInfoMessage.TryDecode(extensions, out _, out _)), 0, 4096);
    }

    [Fact]
    public void Prompts_BeyondTheBound_AreBadValue()
    {
        Assert.Equal(DecodeStatus.BadValue, UserauthInfoRequestMessage.TryDecode(Octets.Of("3c s'' s'' s'' u32:101"), out _, out _));
        Assert.Equal(DecodeStatus.BadValue, UserauthInfoResponseMessage.TryDecode(Octets.Of("3d u32:101"), out _, out _));
    }

    [Fact]
    public void Secrets_AreNotInToString()
    {
        Assert.DoesNotContain("hunter2", new PasswordAuthFields("hunter2", "hunter2").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", new UserauthInfoResponseMessage(["hunter2"]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Cookie_OfAnotherLength_IsTheCallersMistake() =>
        Assert.Throws<ArgumentException>(() => new KexInitMessage { Cookie = new byte[15] }.ToArray());

    private static bool IsMessage(Type type) => type.GetInterfaces().Any(i => i.Name.StartsWith("ISshMessage", StringComparison.Ordinal));

    private static CodecCase Case(string name) => SshCodecCases.All.Single(c => c.Name == name);

    private static DecodeStatus Decode(Type type, byte[] octets) =>
        (DecodeStatus)typeof(SshCodecTests).GetMethod(nameof(DecodeAs), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, [octets])!;

    private static DecodeStatus DecodeAs<T>(byte[] octets)
        where T : struct, IWireValue<T> => T.TryDecode(octets, out _, out _);
}

namespace Adit.TestKit.Codecs;

/// <summary>A codec broke a rule of the kit. The message names the rule, the codec and the octets.</summary>
public sealed class CodecFailureException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Describes a failure over its input.</summary>
    public static CodecFailureException Over(string codec, ReadOnlySpan<byte> input, string what, Exception? inner = null) =>
        new($"{codec}: {what}; input ({input.Length} octets): {Convert.ToHexString(input)}", inner);
}

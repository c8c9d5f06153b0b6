namespace Adit.TestKit.Codecs;

/// <summary>A target did not survive an input.</summary>
public sealed class MutationFailureException(string target, int seed, int iteration, byte[] input, Exception inner)
    : Exception($"{target}: seed {seed}, input {iteration}: {inner.GetType().Name}: {inner.Message}; octets: {Convert.ToHexString(input)}", inner)
{
    /// <summary>The octets that did it.</summary>
    public byte[] Input { get; } = input;
}

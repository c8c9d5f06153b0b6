namespace Adit.TestKit.Codecs;

/// <summary>Checks that an engine fed in pieces comes to the same end however the octets are split.</summary>
public static class SplitCheck
{
    /// <summary>Feeds the input whole, split in two at every position, and octet by octet.</summary>
    /// <param name="input">All the octets.</param>
    /// <param name="run">Feeds a fresh engine the pieces, and describes what came of it.</param>
    /// <returns>What came of it.</returns>
    public static string Run(byte[] input, Func<IReadOnlyList<byte[]>, string> run)
    {
        string whole = run([input]);
        for (int at = 0; at <= input.Length; at++) Compare(whole, run([input[..at], input[at..]]), $"split at {at}", input);
        Compare(whole, run([.. input.Select(o => new[] { o })]), "octet by octet", input);
        return whole;
    }

    private static void Compare(string whole, string split, string how, byte[] input)
    {
        if (split != whole) throw CodecFailureException.Over("split check", input, $"{how}: expected [{whole}], got [{split}]");
    }
}

namespace Adit.TestKit.Codecs;

/// <summary>
/// Vectors of every SSH message, in the order of the message numbers: composed by hand from the RFCs' field lists, or captured from OpenSSH 9.2
/// where the comment says so.
/// </summary>
public static partial class SshCodecCases
{
    /// <summary>Every case.</summary>
    public static IReadOnlyList<CodecCase> All { get; } = [.. Transport, .. Userauth, .. Connection, .. Fields];

    private static byte[] Hex(string digits) => Convert.FromHexString(digits);

    private static byte[] Text(string text) => System.Text.Encoding.ASCII.GetBytes(text);
}

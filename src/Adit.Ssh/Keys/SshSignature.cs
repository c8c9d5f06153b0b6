using System.Text;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>
/// A signature as SSH carries it (RFC 4253 §6.6):
/// <code>
/// string    signature algorithm
/// string    signature, in the algorithm's own form
/// </code>
/// </summary>
internal static class SshSignature
{
    internal static byte[] Encode(string algorithm, ReadOnlySpan<byte> signature)
    {
        byte[] blob = new byte[SshWriter.TextLength(algorithm) + 4 + signature.Length];
        SshWriter writer = new(blob);
        writer.WriteText(algorithm);
        writer.WriteString(signature);
        return blob;
    }

    /// <summary>The algorithm alone: what follows it has another form for security keys.</summary>
    internal static bool TryDecodeAlgorithm(ReadOnlySpan<byte> blob, out string algorithm)
    {
        SshReader reader = new(blob);
        return reader.TryReadText(out algorithm);
    }

    internal static bool TryDecode(ReadOnlySpan<byte> blob, out string algorithm, out ReadOnlySpan<byte> signature)
    {
        SshReader reader = new(blob);
        signature = default;
        if (reader.TryReadString(out ReadOnlySpan<byte> name) && reader.TryReadString(out signature) && reader.Remaining == 0)
        {
            algorithm = Encoding.ASCII.GetString(name);
            return true;
        }

        algorithm = "";
        return false;
    }
}

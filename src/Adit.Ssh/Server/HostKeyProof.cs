using Adit.Ssh.Channels;
using Adit.Ssh.Keys;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Server;

/// <summary>hostkeys-prove-00@openssh.com (OpenSSH PROTOCOL §2.5): a client asks for proof that the server has the private keys it told of.</summary>
public static class HostKeyProof
{
    /// <summary>The name of the request.</summary>
    public const string RequestName = "hostkeys-prove-00@openssh.com";

    /// <summary>Ours: keys of one request; a server has one of a kind.</summary>
    private const int MostKeys = 64;

    /// <summary>Signs for each key that the client asks about.</summary>
    /// <returns>A refusal where a key is not the server's.</returns>
    public static async ValueTask<GlobalRequestReply> AnswerAsync(SshServerSession session, ReadOnlyMemory<byte> fields, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (HostKeysFields.TryDecode(fields.Span, out HostKeysFields asked, out _) != DecodeStatus.Ok || asked.Items.Length is 0 or > MostKeys) return default;
        var signatures = new List<ReadOnlyMemory<byte>>();
        foreach (ReadOnlyMemory<byte> blob in asked.Items)
        {
            ISshSigner? key = session.HostKeys.FirstOrDefault(k => k.PublicKey.Blob.Span.SequenceEqual(blob.Span));
            if (key is null) return default;
            signatures.Add(await key.SignAsync(AlgorithmOf(session, key), Data(session.Connection.Transport.SessionId, blob), cancellationToken).ConfigureAwait(false));
        }

        return new GlobalRequestReply(true, SshChannel.Encode(new HostKeysFields([.. signatures])));
    }

    /// <summary>What is signed: the name of the request, the session identifier and the key, each a string.</summary>
    internal static byte[] Data(ReadOnlySpan<byte> sessionId, ReadOnlyMemory<byte> blob)
    {
        byte[] data = new byte[SshWriter.TextLength(RequestName) + 8 + sessionId.Length + blob.Length];
        var writer = new SshWriter(data);
        writer.WriteText(RequestName);
        writer.WriteString(sessionId);
        writer.WriteString(blob.Span);
        return data;
    }

    // Of an RSA key's algorithms the one that was negotiated, where it was: the client has shown that it takes it.
    private static string AlgorithmOf(SshServerSession session, ISshSigner key) =>
        key.PublicKey.SignatureAlgorithms.Contains(session.Connection.Algorithms.HostKey) ? session.Connection.Algorithms.HostKey : key.PublicKey.SignatureAlgorithms[0];
}

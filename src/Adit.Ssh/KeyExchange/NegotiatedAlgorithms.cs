using Adit.Core;
using Adit.Wire.Ssh;

namespace Adit.Ssh.KeyExchange;

/// <summary>What two offers agree on (RFC 4253 §7.1): in each list the client's first name that the server has too.</summary>
/// <param name="KeyExchange">The key exchange method.</param>
/// <param name="HostKey">The signature algorithm of the host key.</param>
/// <param name="CipherClientToServer">The cipher towards the server.</param>
/// <param name="CipherServerToClient">The cipher towards the client.</param>
/// <param name="MacClientToServer">The MAC towards the server; empty with an AEAD cipher.</param>
/// <param name="MacServerToClient">The MAC towards the client; empty with an AEAD cipher.</param>
/// <param name="CompressionClientToServer">The compression towards the server.</param>
/// <param name="CompressionServerToClient">The compression towards the client.</param>
public sealed record NegotiatedAlgorithms(
    string KeyExchange,
    string HostKey,
    string CipherClientToServer,
    string CipherServerToClient,
    string MacClientToServer,
    string MacServerToClient,
    string CompressionClientToServer,
    string CompressionServerToClient)
{
    internal const string StrictClient = "kex-strict-c-v00@openssh.com";
    internal const string StrictServer = "kex-strict-s-v00@openssh.com";
    internal const string ExtInfoClient = "ext-info-c";
    internal const string ExtInfoServer = "ext-info-s";

    /// <exception cref="TunnelException">A list has no common name; the message tells both lists.</exception>
    internal static NegotiatedAlgorithms Negotiate(in KexInitMessage client, in KexInitMessage server, bool weAreClient)
    {
        string kex = Choose("key exchange method", client.KexAlgorithms, server.KexAlgorithms, weAreClient);
        string hostKey = Choose("host key type", client.ServerHostKeyAlgorithms, server.ServerHostKeyAlgorithms, weAreClient);
        string cipherOut = Choose("cipher", client.EncryptionClientToServer, server.EncryptionClientToServer, weAreClient);
        string cipherIn = Choose("cipher", client.EncryptionServerToClient, server.EncryptionServerToClient, weAreClient);
        return new NegotiatedAlgorithms(
            kex,
            hostKey,
            cipherOut,
            cipherIn,
            IsAead(cipherOut) ? "" : Choose("MAC", client.MacClientToServer, server.MacClientToServer, weAreClient),
            IsAead(cipherIn) ? "" : Choose("MAC", client.MacServerToClient, server.MacServerToClient, weAreClient),
            Choose("compression method", client.CompressionClientToServer, server.CompressionClientToServer, weAreClient),
            Choose("compression method", client.CompressionServerToClient, server.CompressionServerToClient, weAreClient));
    }

    private static bool IsAead(string cipher) => Ciphers.CipherAlgorithm.Find(cipher) is { IsAead: true };

    private static string Choose(string what, string[] client, string[] server, bool weAreClient)
    {
        foreach (string name in client)
        {
            if (IsMarker(name)) continue;
            if (Array.IndexOf(server, name) >= 0) return name;
        }

        (string[] ours, string[] theirs) = weAreClient ? (client, server) : (server, client);
        throw new TunnelException(
            TunnelError.NoCommonAlgorithm,
            $"no matching {what} found. Our offer: {List(ours)}. Their offer: {List(theirs)}");
    }

    private static bool IsMarker(string name) => name is StrictClient or StrictServer or ExtInfoClient or ExtInfoServer;

    private static string List(string[] names)
    {
        string list = string.Join(',', names.Where(n => !IsMarker(n)));
        return list.Length <= 1000 ? list : list[..1000] + "…";
    }
}

using System.Buffers;
using System.Security.Cryptography;
using Adit.Wire.Ssh;

namespace Adit.Ssh.KeyExchange;

/// <summary>The exchange hash H and the keys made from it (RFC 4253 §7.2, §8).</summary>
internal static class ExchangeHash
{
    /// <summary>H = hash(V_C ‖ V_S ‖ I_C ‖ I_S ‖ K_S ‖ Q_C ‖ Q_S ‖ K).</summary>
    public static byte[] Compute(
        HashAlgorithmName hash,
        (byte[] Client, byte[] Server) identifications,
        (byte[] Client, byte[] Server) kexInits,
        ReadOnlySpan<byte> hostKey,
        ReadOnlySpan<byte> clientPublic,
        ReadOnlySpan<byte> serverPublic,
        ReadOnlySpan<byte> encodedSecret)
    {
        using var sum = IncrementalHash.CreateHash(hash);
        AppendString(sum, identifications.Client);
        AppendString(sum, identifications.Server);
        AppendString(sum, kexInits.Client);
        AppendString(sum, kexInits.Server);
        AppendString(sum, hostKey);
        AppendString(sum, clientPublic);
        AppendString(sum, serverPublic);
        sum.AppendData(encodedSecret);
        return sum.GetHashAndReset();
    }

    /// <summary>K as it enters the hash: an mpint, or a string.</summary>
    public static byte[] EncodeSecret(ReadOnlySpan<byte> secret, bool asString = false)
    {
        byte[] buffer = new byte[secret.Length + 5];
        var writer = new SshWriter(buffer);
        if (asString) writer.WriteString(secret);
        else writer.WriteMpint(secret);
        byte[] encoded = buffer.AsSpan(0, writer.Written).ToArray();
        CryptographicOperations.ZeroMemory(buffer);
        return encoded;
    }

    /// <summary>K1 = hash(K ‖ H ‖ X ‖ session_id), Kn = hash(K ‖ H ‖ K1 ‖ … ‖ Kn-1); key = K1 ‖ K2 ‖ …</summary>
    public static byte[] DeriveKey(HashAlgorithmName hash, ReadOnlySpan<byte> encodedSecret, ReadOnlySpan<byte> exchangeHash, char letter, ReadOnlySpan<byte> sessionId, int length)
    {
        using var sum = IncrementalHash.CreateHash(hash);
        var key = new ArrayBufferWriter<byte>(length + 64);
        sum.AppendData(encodedSecret);
        sum.AppendData(exchangeHash);
        sum.AppendData([(byte)letter]);
        sum.AppendData(sessionId);
        key.Write(sum.GetHashAndReset());
        while (key.WrittenCount < length)
        {
            sum.AppendData(encodedSecret);
            sum.AppendData(exchangeHash);
            sum.AppendData(key.WrittenSpan);
            key.Write(sum.GetHashAndReset());
        }

        return key.WrittenSpan[..length].ToArray();
    }

    private static void AppendString(IncrementalHash sum, ReadOnlySpan<byte> octets)
    {
        Span<byte> length = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(length, (uint)octets.Length);
        sum.AppendData(length);
        sum.AppendData(octets);
    }
}

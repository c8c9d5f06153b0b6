using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Adit.Core.Lifeline;

/// <summary>Seals or opens the datagrams of one path and direction: AES-128 with GCM (RFC 5116), or CCM (RFC 3610) with tags of 8 octets. The packet number, exclusive-or the direction's vector, is the nonce.</summary>
internal sealed class DatagramCipher : IDisposable
{
    /// <summary>Octets of key and vector together.</summary>
    public const int SecretLength = 16 + 12;

    private readonly AesGcm? _gcm;
    private readonly AesCcm? _ccm;
    private readonly byte[] _vector;

    /// <summary>Makes one.</summary>
    /// <param name="secret">Key and vector: <see cref="SecretLength"/> octets.</param>
    /// <param name="tagLength">8 for CCM, 16 for GCM.</param>
    public DatagramCipher(ReadOnlySpan<byte> secret, int tagLength)
    {
        TagLength = tagLength;
        if (tagLength == 8) _ccm = new AesCcm(secret[..16]);
        else _gcm = new AesGcm(secret[..16], tagLength);
        _vector = secret[16..].ToArray();
    }

    /// <summary>Octets of a tag.</summary>
    public int TagLength { get; }

    /// <summary>Octets that a sealed message has more than it says.</summary>
    public int Overhead => 1 + TagLength;

    /// <summary>Seals a message without frames: the octets before it and one of zero, since .NET's CCM takes no empty text.</summary>
    /// <param name="message">The message, and room for <see cref="Overhead"/> octets.</param>
    /// <param name="length">Octets of the message.</param>
    /// <returns>Octets of all.</returns>
    public int SealMessage(Span<byte> message, int length)
    {
        message[length] = 0;
        Seal(0, message[..length], message.Slice(length, 1), message.Slice(length + 1, TagLength));
        return length + Overhead;
    }

    /// <summary>Opens what <see cref="SealMessage"/> sealed.</summary>
    /// <param name="message">All of it.</param>
    /// <returns>Whether it is authentic.</returns>
    public bool TryOpenMessage(ReadOnlySpan<byte> message)
    {
        Span<byte> text = stackalloc byte[1];
        int length = message.Length - Overhead;
        return length >= 0 && TryOpen(0, message[..length], message.Slice(length, 1), message[^TagLength..], text) && text[0] == 0;
    }

    /// <summary>Seals in place.</summary>
    /// <param name="number">The packet's, never used before.</param>
    /// <param name="associated">What stands before, authenticated only.</param>
    /// <param name="text">The frames; afterwards sealed.</param>
    /// <param name="tag">Room for the tag.</param>
    public void Seal(long number, ReadOnlySpan<byte> associated, Span<byte> text, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[12];
        Nonce(number, nonce);
        if (_ccm is not null) _ccm.Encrypt(nonce, text, text, tag, associated);
        else _gcm!.Encrypt(nonce, text, text, tag, associated);
    }

    /// <summary>Opens.</summary>
    /// <param name="number">The packet's.</param>
    /// <param name="associated">What stands before.</param>
    /// <param name="sealedText">The frames as they came.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="text">Room for the frames.</param>
    /// <returns>Whether it is authentic.</returns>
    public bool TryOpen(long number, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> sealedText, ReadOnlySpan<byte> tag, Span<byte> text)
    {
        Span<byte> nonce = stackalloc byte[12];
        Nonce(number, nonce);
        try
        {
            if (_ccm is not null) _ccm.Decrypt(nonce, sealedText, tag, text, associated);
            else _gcm!.Decrypt(nonce, sealedText, tag, text, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _gcm?.Dispose();
        _ccm?.Dispose();
    }

    private void Nonce(long number, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], number);
        for (int i = 0; i < nonce.Length; i++) nonce[i] ^= _vector[i];
    }
}

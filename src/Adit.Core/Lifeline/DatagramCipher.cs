using System.Buffers.Binary;
using Adit.Platform.Crypto;

namespace Adit.Core.Lifeline;

/// <summary>Seals and opens the datagrams of one path and direction with AES-128-OCB (RFC 7253), tags of 16 octets or 8. The packet number, exclusive-or the direction's vector, is the nonce.</summary>
internal sealed class DatagramCipher : IDisposable
{
    /// <summary>Octets of key and vector together.</summary>
    public const int SecretLength = 16 + NonceLength;

    private const int NonceLength = 12;

    private readonly CipherContext _context;
    private readonly byte[] _vector;

    /// <summary>Makes one.</summary>
    /// <param name="secret">Key and vector: <see cref="SecretLength"/> octets.</param>
    /// <param name="tagLength">Octets of a tag, 16 or 8.</param>
    /// <param name="seals">Whether it seals, else it opens.</param>
    public DatagramCipher(ReadOnlySpan<byte> secret, int tagLength, bool seals)
    {
        TagLength = tagLength;
        _context = new CipherContext("AES-128-OCB", secret[..16], default, seals);
        _context.SetTagLength(tagLength);
        _vector = secret[16..].ToArray();
    }

    /// <summary>Octets of a tag.</summary>
    public int TagLength { get; }

    /// <summary>Seals a message without frames: all of it is authenticated only.</summary>
    /// <param name="message">The message, and room for a tag.</param>
    /// <param name="length">Octets of the message.</param>
    /// <returns>Octets of all.</returns>
    public int SealMessage(Span<byte> message, int length)
    {
        Seal(0, message[..length], default, default, default, message.Slice(length, TagLength));
        return length + TagLength;
    }

    /// <summary>Whether what <see cref="SealMessage"/> sealed is authentic.</summary>
    /// <param name="message">All of it.</param>
    public bool TryOpenMessage(ReadOnlySpan<byte> message)
    {
        if (message.Length < TagLength) return false;
        BeginOpen(0, message[..^TagLength], message[^TagLength..]);
        return TryFinishOpen(default);
    }

    /// <summary>Seals what stands in the datagram in place, and to their place behind it octets that stand elsewhere: that spares copying them there.</summary>
    /// <param name="number">The packet's, never used before.</param>
    /// <param name="associated">What stands before, authenticated only.</param>
    /// <param name="text">The place of the frames, of which the last <paramref name="first"/> and <paramref name="second"/> are not there yet; afterwards sealed.</param>
    /// <param name="first">Octets of the stream.</param>
    /// <param name="second">More of them.</param>
    /// <param name="tag">Room for the tag.</param>
    public void Seal(long number, ReadOnlySpan<byte> associated, Span<byte> text, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(number, nonce);
        _context.BeginSeal(nonce, associated);
        int done = _context.Update(text[..(text.Length - first.Length - second.Length)], text);
        done += _context.Update(first, text[done..]);
        done += _context.Update(second, text[done..]);
        _context.FinishSeal(text[done..], tag);
    }

    /// <summary>Begins to open a datagram: <see cref="Open"/> for its pieces, then <see cref="TryFinishOpen"/>, before which nothing that came out may be believed.</summary>
    /// <param name="number">The packet's.</param>
    /// <param name="associated">What stands before the frames.</param>
    /// <param name="tag">The tag.</param>
    public void BeginOpen(long number, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        Nonce(number, nonce);
        _context.BeginOpen(nonce, associated, tag);
    }

    /// <summary>Opens a piece.</summary>
    /// <param name="sealedText">The piece.</param>
    /// <param name="text">Room for it, and for 15 octets that may have been kept of the one before.</param>
    /// <returns>Octets of <paramref name="text"/>.</returns>
    public int Open(ReadOnlySpan<byte> sealedText, Span<byte> text) => _context.Update(sealedText, text);

    /// <summary>Ends the datagram.</summary>
    /// <param name="text">Room for what was kept.</param>
    /// <returns>Whether all of it is authentic.</returns>
    public bool TryFinishOpen(Span<byte> text) => _context.TryFinishOpen(text);

    public void Dispose() => _context.Dispose();

    private void Nonce(long number, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[4..], number);
        for (int i = 0; i < nonce.Length; i++) nonce[i] ^= _vector[i];
    }
}

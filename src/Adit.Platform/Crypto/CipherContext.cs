using System.Security.Cryptography;

namespace Adit.Platform.Crypto;

/// <summary>
/// One kept EVP cipher context: keyed once, given a new IV for each message. Not safe for use by two threads at once.
/// Input and output may be the same span or disjoint ones, never partly overlapping: that gives wrong ciphertext without an error.
/// </summary>
public sealed class CipherContext : IDisposable
{
    private readonly bool _encrypt;
    private nint _context;
    private int _kept; // octets of the message that went in and have not come out

    /// <summary>Makes a keyed context.</summary>
    /// <param name="algorithm">OpenSSL's name, such as <c>AES-128-GCM</c>, <c>AES-256-CTR</c>, <c>ChaCha20</c>.</param>
    /// <param name="key">The key; its length must fit the algorithm.</param>
    /// <param name="iv">The first IV; empty when each message brings its own.</param>
    /// <param name="encrypt">Whether to encrypt.</param>
    /// <exception cref="CryptographicException">libcrypto does not offer the algorithm or refuses the key.</exception>
    public unsafe CipherContext(string algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, bool encrypt)
    {
        _encrypt = encrypt;
        nint cipher = LibCrypto.CipherFetch(0, algorithm, null);
        if (cipher == 0) throw new CryptographicException($"libcrypto: cipher {algorithm}: not available");
        try
        {
            _context = LibCrypto.CipherContextNew();
            fixed (byte* k = key, v = iv) Check(LibCrypto.CipherInit(_context, cipher, 0, k, iv.IsEmpty ? null : v, encrypt ? 1 : 0));
        }
        finally
        {
            LibCrypto.CipherFree(cipher);
        }
    }

    /// <summary>Releases the context when its owner forgot to.</summary>
    ~CipherContext() => Free();

    /// <summary>Begins a message: sets the IV, keeps the key.</summary>
    public unsafe void SetIv(ReadOnlySpan<byte> iv)
    {
        fixed (byte* v = iv) Check(LibCrypto.CipherInit(Live, 0, 0, null, v, _encrypt ? 1 : 0));
    }

    /// <summary>Transforms octets in place.</summary>
    public unsafe void Transform(Span<byte> data)
    {
        int written;
        fixed (byte* d = data) Check(LibCrypto.CipherUpdate(Live, d, &written, d, data.Length));
    }

    /// <summary>Says how long the tags of an AEAD cipher are, before the first message; 16 octets unless told.</summary>
    /// <param name="length">Octets of a tag: for OCB up to 16.</param>
    public unsafe void SetTagLength(int length) => Check(LibCrypto.CipherControl(Live, LibCrypto.EvpCtrlAeadSetTag, length, null));

    /// <summary>Seals one message of an AEAD cipher in place.</summary>
    /// <param name="iv">Never to be used twice with one key.</param>
    /// <param name="associated">Authenticated, not encrypted.</param>
    /// <param name="data">Plaintext, replaced by the ciphertext.</param>
    /// <param name="tag">Receives the tag; its length is the tag's.</param>
    public void Seal(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> associated, Span<byte> data, Span<byte> tag)
    {
        BeginSeal(iv, associated);
        FinishSeal(data[Update(data, data)..], tag);
    }

    /// <summary>Opens one message of an AEAD cipher in place.</summary>
    /// <returns>False when the tag does not match; the data are then worthless.</returns>
    public bool TryOpen(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> associated, Span<byte> data, ReadOnlySpan<byte> tag)
    {
        BeginOpen(iv, associated, tag);
        return TryFinishOpen(data[Update(data, data)..]);
    }

    /// <summary>Begins to seal a message of an AEAD cipher that comes in pieces: <see cref="Update"/> for each, then <see cref="FinishSeal"/>.</summary>
    /// <param name="iv">Never to be used twice with one key.</param>
    /// <param name="associated">Authenticated, not encrypted.</param>
    public unsafe void BeginSeal(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> associated)
    {
        fixed (byte* v = iv) Check(LibCrypto.CipherInit(Live, 0, 0, null, v, 1));
        _kept = 0;
        Associate(associated);
    }

    /// <summary>Begins to open a message of an AEAD cipher in pieces: <see cref="Update"/> for each, then <see cref="TryFinishOpen"/>, before which nothing that came out may be believed.</summary>
    /// <param name="iv">The message's.</param>
    /// <param name="associated">What was authenticated only.</param>
    /// <param name="tag">Its tag.</param>
    public unsafe void BeginOpen(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> tag)
    {
        fixed (byte* v = iv, t = tag)
        {
            Check(LibCrypto.CipherInit(Live, 0, 0, null, v, 0));
            Check(LibCrypto.CipherControl(Live, LibCrypto.EvpCtrlAeadSetTag, tag.Length, t));
        }

        _kept = 0;
        Associate(associated);
    }

    /// <summary>Transforms a piece. A cipher that works on whole blocks keeps the octets of one that is not whole for the next piece.</summary>
    /// <param name="source">The piece.</param>
    /// <param name="destination">Room for the piece and what was kept; the same place as the piece or a disjoint one.</param>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">There is less room.</exception>
    public unsafe int Update(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (source.IsEmpty) return 0;
        CheckRoom(destination, source.Length);
        int written;
        fixed (byte* s = source, d = destination) Check(LibCrypto.CipherUpdate(Live, d, &written, s, source.Length));
        _kept += source.Length - written;
        return written;
    }

    /// <summary>Ends the message.</summary>
    /// <param name="destination">Room for what was kept.</param>
    /// <param name="tag">Receives the tag; its length is the tag's.</param>
    /// <exception cref="ArgumentException">There is less room.</exception>
    public unsafe void FinishSeal(Span<byte> destination, Span<byte> tag)
    {
        CheckRoom(destination, 0);
        int written;
        fixed (byte* d = destination, t = tag)
        {
            Check(LibCrypto.CipherFinal(Live, d, &written));
            Check(LibCrypto.CipherControl(Live, LibCrypto.EvpCtrlAeadGetTag, tag.Length, t));
        }
    }

    /// <summary>Ends the message.</summary>
    /// <param name="destination">Room for what was kept.</param>
    /// <returns>False when the tag does not match; all that came out is then worthless.</returns>
    /// <exception cref="ArgumentException">There is less room.</exception>
    public unsafe bool TryFinishOpen(Span<byte> destination)
    {
        CheckRoom(destination, 0);
        int written;
        fixed (byte* d = destination) return LibCrypto.CipherFinal(Live, d, &written) == 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>The context; libcrypto would take none for an address.</summary>
    private nint Live => _context is not 0 and var context ? context : throw new ObjectDisposedException(nameof(CipherContext));

    // libcrypto asks for no length: it would write beyond.
    private void CheckRoom(ReadOnlySpan<byte> destination, int more)
    {
        if (destination.Length - _kept < more) throw new ArgumentException($"cipher: room: expected {_kept + more} octets, got {destination.Length}", nameof(destination));
    }

    private unsafe void Associate(ReadOnlySpan<byte> associated)
    {
        if (associated.IsEmpty) return;
        int written;
        fixed (byte* a = associated) Check(LibCrypto.CipherUpdate(Live, null, &written, a, associated.Length));
    }

    private static void Check(int result)
    {
        if (result != 1) throw new CryptographicException("libcrypto: EVP cipher: operation failed");
    }

    private void Free()
    {
        nint context = Interlocked.Exchange(ref _context, 0);
        if (context != 0) LibCrypto.CipherContextFree(context);
    }
}

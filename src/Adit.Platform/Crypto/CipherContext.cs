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
        fixed (byte* v = iv) Check(LibCrypto.CipherInit(_context, 0, 0, null, v, _encrypt ? 1 : 0));
    }

    /// <summary>Transforms octets in place.</summary>
    public unsafe void Transform(Span<byte> data)
    {
        int written;
        fixed (byte* d = data) Check(LibCrypto.CipherUpdate(_context, d, &written, d, data.Length));
    }

    /// <summary>Seals one message of an AEAD cipher in place.</summary>
    /// <param name="iv">Never to be used twice with one key.</param>
    /// <param name="associated">Authenticated, not encrypted.</param>
    /// <param name="data">Plaintext, replaced by the ciphertext.</param>
    /// <param name="tag">Receives the tag; its length is the tag's.</param>
    public unsafe void Seal(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> associated, Span<byte> data, Span<byte> tag)
    {
        int written;
        fixed (byte* v = iv, a = associated, d = data, t = tag)
        {
            Check(LibCrypto.CipherInit(_context, 0, 0, null, v, 1));
            if (!associated.IsEmpty) Check(LibCrypto.CipherUpdate(_context, null, &written, a, associated.Length));
            Check(LibCrypto.CipherUpdate(_context, d, &written, d, data.Length));
            Check(LibCrypto.CipherFinal(_context, d + data.Length, &written));
            Check(LibCrypto.CipherControl(_context, LibCrypto.EvpCtrlAeadGetTag, tag.Length, t));
        }
    }

    /// <summary>Opens one message of an AEAD cipher in place.</summary>
    /// <returns>False when the tag does not match; the data are then worthless.</returns>
    public unsafe bool TryOpen(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> associated, Span<byte> data, ReadOnlySpan<byte> tag)
    {
        int written;
        fixed (byte* v = iv, a = associated, d = data, t = tag)
        {
            Check(LibCrypto.CipherInit(_context, 0, 0, null, v, 0));
            Check(LibCrypto.CipherControl(_context, LibCrypto.EvpCtrlAeadSetTag, tag.Length, t));
            if (!associated.IsEmpty) Check(LibCrypto.CipherUpdate(_context, null, &written, a, associated.Length));
            Check(LibCrypto.CipherUpdate(_context, d, &written, d, data.Length));
            return LibCrypto.CipherFinal(_context, d + data.Length, &written) == 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
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

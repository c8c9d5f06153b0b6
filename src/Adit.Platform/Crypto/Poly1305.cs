using System.Security.Cryptography;

namespace Adit.Platform.Crypto;

/// <summary>Poly1305 one-time authenticator (RFC 8439 §2.5) over one kept EVP_MAC context. Not safe for use by two threads at once.</summary>
public sealed class Poly1305 : IDisposable
{
    /// <summary>Octets of a tag.</summary>
    public const int TagLength = 16;

    /// <summary>Octets of a key.</summary>
    public const int KeyLength = 32;

    private nint _context;

    /// <summary>Makes a context.</summary>
    /// <exception cref="CryptographicException">libcrypto does not offer Poly1305.</exception>
    public Poly1305()
    {
        nint mac = LibCrypto.MacFetch(0, "POLY1305", null);
        if (mac == 0) throw new CryptographicException("libcrypto: MAC POLY1305: not available");
        _context = LibCrypto.MacContextNew(mac);
        LibCrypto.MacFree(mac);
    }

    /// <summary>Releases the context when its owner forgot to.</summary>
    ~Poly1305() => Free();

    /// <summary>Computes the tag of <paramref name="data"/>.</summary>
    /// <param name="key">32 octets, used for one message only.</param>
    /// <param name="data">The message.</param>
    /// <param name="tag">Receives 16 octets.</param>
    public unsafe void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> tag)
    {
        nuint written;
        fixed (byte* k = key, d = data, t = tag)
        {
            if (LibCrypto.MacInit(_context, k, (nuint)key.Length, 0) != 1
                || LibCrypto.MacUpdate(_context, d, (nuint)data.Length) != 1
                || LibCrypto.MacFinal(_context, t, &written, (nuint)tag.Length) != 1)
            {
                throw new CryptographicException("libcrypto: POLY1305: operation failed");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        nint context = Interlocked.Exchange(ref _context, 0);
        if (context != 0) LibCrypto.MacContextFree(context);
    }
}

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Adit.Core.Certificates;

/// <summary>A certificate with its private key and what signed it, as a TLS server or client shows it. Owned by whoever made it.</summary>
public sealed class KeyedCertificate : IDisposable
{
    private readonly X509Certificate2Collection _issuers;

    /// <summary>Takes over a certificate.</summary>
    /// <param name="leaf">The certificate, with its private key.</param>
    /// <param name="issuers">The certificates between it and an authority, sent with it; null for none.</param>
    public KeyedCertificate(X509Certificate2 leaf, X509Certificate2Collection? issuers = null)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        if (!leaf.HasPrivateKey) throw new ArgumentException("certificate: expected one with its private key", nameof(leaf));
        Leaf = leaf;
        _issuers = issuers ?? [];
        Pin = Pin.Of(leaf);
        // Offline: nothing is fetched from the network to complete the chain.
        Context = SslStreamCertificateContext.Create(leaf, _issuers, offline: true);
    }

    /// <summary>The certificate itself.</summary>
    public X509Certificate2 Leaf { get; }

    /// <summary>What names its key.</summary>
    public Pin Pin { get; }

    /// <summary>The certificate and its chain, prepared once for every session.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>Loads PEM files (RFC 7468).</summary>
    /// <param name="certificateFile">The certificate, then those that signed it.</param>
    /// <param name="keyFile">The private key, unencrypted; null: it stands in <paramref name="certificateFile"/> too.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: unreadable, or no certificate with its key.</exception>
    public static KeyedCertificate Load(string certificateFile, string? keyFile = null)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(certificateFile);
            var leaf = X509Certificate2.CreateFromPemFile(certificateFile, keyFile ?? certificateFile);
            var issuers = new X509Certificate2Collection();
            foreach (X509Certificate2 each in all)
                if (!each.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span)) issuers.Add(each);
            return new KeyedCertificate(leaf, issuers);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            string file = keyFile is null ? certificateFile : $"{certificateFile}, {keyFile}";
            throw new TunnelException(TunnelError.BadConfiguration, $"certificate: {file}: expected a PEM certificate and its unencrypted private key, got {e.Message}", null, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Leaf.Dispose();
        foreach (X509Certificate2 each in _issuers) each.Dispose();
    }
}

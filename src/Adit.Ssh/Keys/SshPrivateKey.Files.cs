using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Adit.Core;
using Adit.Platform.Crypto;
using Adit.Platform.Libc;

namespace Adit.Ssh.Keys;

/// <summary>Reading and writing key files.</summary>
public sealed partial class SshPrivateKey
{
    // Ours, and OpenSSH's (authfile.c): no key file is longer than 1 MiB.
    private const int GreatestFile = 1024 * 1024;

    private const int GroupAndOthers = 0x3f; // 0077

    /// <summary>Reads a private key from a file: openssh-key-v1, PKCS#8 or traditional PEM, encrypted or not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passphrase">Called once if the key is encrypted; null, or a null result, means that there is none.</param>
    /// <exception cref="TunnelException">
    /// <see cref="TunnelError.AuthenticationFailed"/>: the passphrase is missing or wrong. <see cref="TunnelError.PermissionDenied"/>: this user may not
    /// read the file. <see cref="TunnelError.BadConfiguration"/>: no such file, not a key that is supported, or the file is ours and others may use it
    /// (mode &amp; 077, as OpenSSH has it).
    /// </exception>
    public static SshPrivateKey Load(string path, Func<string?>? passphrase = null)
    {
        char[] text = ReadText(path, checkMode: true);
        try
        {
            return Parse(text, path, passphrase);
        }
        finally
        {
            Array.Clear(text);
        }
    }

    /// <summary>Reads a private key from text.</summary>
    /// <param name="text">The text of a key file.</param>
    /// <param name="where">Named in errors, e.g. the file's path.</param>
    /// <param name="passphrase">Called once if the key is encrypted; null, or a null result, means that there is none.</param>
    /// <exception cref="TunnelException">As <see cref="Load"/>.</exception>
    public static SshPrivateKey Parse(ReadOnlySpan<char> text, string where, Func<string?>? passphrase = null)
    {
        ReadOnlySpan<char> label = LabelOf(text, out ReadOnlySpan<char> body);
        if (label.SequenceEqual(OpenSshKeyFile.Label))
        {
            if (!TryDecodeContainer(body, out OpenSshKeyFile? file, out string? why)) throw Bad(where, why);
            if (file.PublicKey is SecurityKeyPublicKey) throw Bad(where, "expected a private key, got the handle of a security key: such keys are used through an agent, which has its provider");
            string secret = file.IsEncrypted ? Ask(where, passphrase) : "";
            return file.TryRead(secret, out SshPrivateKey? key, out bool wrong) ? key
                : throw (wrong ? WrongPassphrase(where) : Bad(where, "expected an openssh-key-v1 private section, got a damaged one"));
        }

        if (label is "PRIVATE KEY" or "ENCRYPTED PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY") return ParsePem(text, label is "ENCRYPTED PRIVATE KEY" || IsDekEncrypted(body), where, passphrase);
        throw Bad(where, label.Length > 0
            ? $"expected a private key in OpenSSH, PKCS#8, RSA or EC form, got {label}"
            : SshPublicKey.TryParse(text, out _, out _, out _) ? "expected a private key, got a public key" : "expected a private key, got a file without -----BEGIN");
    }

    /// <summary>Finds the public key of a private key file without its passphrase: in the file itself if it is openssh-key-v1, else in the .pub file beside it.</summary>
    /// <param name="path">The private key's file.</param>
    /// <param name="publicKey">The public key.</param>
    /// <param name="comment">The comment of the .pub file, or empty.</param>
    /// <returns>False when neither tells; then only <see cref="Load"/> can.</returns>
    public static bool TryReadPublicKey(string path, [NotNullWhen(true)] out SshPublicKey? publicKey, out string comment)
    {
        publicKey = null;
        comment = "";
        try
        {
            string pub = path + ".pub";
            if (File.Exists(pub) && SshPublicKey.TryParse(new string(ReadText(pub, checkMode: false)), out publicKey, out comment, out _)) return true;
            ReadOnlySpan<char> text = ReadText(path, checkMode: false);
            if (LabelOf(text, out ReadOnlySpan<char> body).SequenceEqual(OpenSshKeyFile.Label) && TryDecodeContainer(body, out OpenSshKeyFile? file, out _))
                publicKey = file.PublicKey;
            else if (SshPublicKey.TryParse(text, out SshPublicKey? only, out comment, out _)) publicKey = only;
        }
        catch (TunnelException)
        {
            return false;
        }

        return publicKey is not null;
    }

    /// <summary>The key as the text of an openssh-key-v1 file.</summary>
    /// <param name="passphrase">Encrypts with aes256-ctr; null or empty leaves it in the clear.</param>
    /// <param name="rounds">Rounds of bcrypt_pbkdf, each a few milliseconds: 1 to 16384, 16 by default.</param>
    public string ToOpenSsh(string? passphrase = null, int rounds = 16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, 16384);
        byte[] file = OpenSshKeyFile.Encode(_secret, Comment, passphrase ?? "", rounds);
        string base64 = Convert.ToBase64String(file);
        CryptographicOperations.ZeroMemory(file);
        StringBuilder text = new(base64.Length + (base64.Length / 70) + 80);
        text.Append("-----BEGIN ").Append(OpenSshKeyFile.Label).Append("-----\n");
        for (int at = 0; at < base64.Length; at += 70) text.Append(base64, at, Math.Min(70, base64.Length - at)).Append('\n');
        return text.Append("-----END ").Append(OpenSshKeyFile.Label).Append("-----\n").ToString();
    }

    /// <summary>Writes the key to a file of mode 0600 that appears whole or not at all.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="passphrase">As in <see cref="ToOpenSsh"/>.</param>
    /// <param name="overwrite">Whether a file that exists may be replaced.</param>
    /// <param name="rounds">As in <see cref="ToOpenSsh"/>.</param>
    /// <exception cref="TunnelException">The file exists, or cannot be written.</exception>
    public void Save(string path, string? passphrase = null, bool overwrite = false, int rounds = 16)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        KeyFileWriter.Write(path, ToOpenSsh(passphrase, rounds), UnixFileMode.UserRead | UnixFileMode.UserWrite, overwrite);
    }

    private static SshPrivateKey ParsePem(ReadOnlySpan<char> text, bool encrypted, string where, Func<string?>? passphrase)
    {
        string secret = encrypted ? Ask(where, passphrase) : "";
        byte[] pem = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, pem);
        byte[]? der = null;
        try
        {
            if (!PemPrivateKey.TryReadPkcs8(pem, secret, out der))
                throw encrypted ? WrongPassphrase(where) : Bad(where, "expected a private key in PEM, got one that is damaged");
            return Pkcs8Key.TryRead(der, out string why) is { } key ? new SshPrivateKey(key, "") : throw Bad(where, why);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
            CryptographicOperations.ZeroMemory(der);
        }
    }

    // RFC 7468 §2: -----BEGIN label----- … -----END label-----.
    private static ReadOnlySpan<char> LabelOf(ReadOnlySpan<char> text, out ReadOnlySpan<char> body)
    {
        const string Begin = "-----BEGIN ", Dashes = "-----";
        body = default;
        while (text.IndexOf(Begin) is int start and >= 0)
        {
            text = text[(start + Begin.Length)..];
            int end = text.IndexOf(Dashes), line = text.IndexOfAny('\r', '\n');
            if (end < 0 || (line >= 0 && line < end)) continue;
            ReadOnlySpan<char> label = text[..end];
            text = text[(end + Dashes.Length)..];

            // openssl writes a block of parameters before an EC key.
            if (label is "EC PARAMETERS") continue;
            int close = text.IndexOf("-----END ");
            body = close < 0 ? text : text[..close];
            return label;
        }

        return default;
    }

    private static bool TryDecodeContainer(ReadOnlySpan<char> body, [NotNullWhen(true)] out OpenSshKeyFile? file, [NotNullWhen(false)] out string? why)
    {
        byte[] container = new byte[(body.Length / 4 * 3) + 3];
        file = null;
        why = "expected base64, got something else";
        bool ok = Convert.TryFromBase64Chars(body, container, out int length) && OpenSshKeyFile.TryDecode(container.AsSpan(0, length), out file, out why);
        CryptographicOperations.ZeroMemory(container);
        return ok && file is not null;
    }

    private static bool IsDekEncrypted(ReadOnlySpan<char> body) => body.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal);

    private static string Ask(string where, Func<string?>? passphrase) => passphrase?.Invoke()
        ?? throw new TunnelException(TunnelError.AuthenticationFailed, $"{where}: passphrase: expected one for an encrypted key, got none");

    private static TunnelException WrongPassphrase(string where) =>
        new(TunnelError.AuthenticationFailed, $"{where}: passphrase: expected the one that encrypts this key, got another");

    private static TunnelException Bad(string where, string why) => new(TunnelError.BadConfiguration, $"{where}: key: {why}");

    private static char[] ReadText(string path, bool checkMode)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (checkMode && FileStatus.TryRead(file.SafeFileHandle, out FileStatus status)
                && status.Owner == FileStatus.CurrentUser && (status.Mode & GroupAndOthers) != 0)
            {
                string mode = Convert.ToString(status.Mode, 8).PadLeft(4, '0');
                throw new TunnelException(TunnelError.BadConfiguration, $"{path}: permissions: expected none for group and others (chmod 600), got {mode}");
            }

            byte[] octets = new byte[(file.CanSeek ? Math.Min(file.Length, GreatestFile) : GreatestFile) + 1];
            int length = file.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
            if (length > GreatestFile) throw Bad(path, $"expected a file of at most {GreatestFile} octets, got a longer one");
            char[] text = Encoding.UTF8.GetChars(octets, 0, length);
            CryptographicOperations.ZeroMemory(octets);
            return text;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TunnelException(TunnelError.PermissionDenied, $"{path}: key: expected a file that this user may read, got permission denied", inner: e);
        }
        catch (IOException e) when (e is not TunnelException)
        {
            string got = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message;
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: key: expected a readable file, got {got}", inner: e);
        }
    }
}

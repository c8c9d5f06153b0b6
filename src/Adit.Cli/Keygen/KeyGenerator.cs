using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Gateway.State;
using Adit.Ssh.Keys;

namespace Adit.Cli.Keygen;

/// <summary>Does what <c>adit keygen</c> was asked for; its words are those of ssh-keygen(1).</summary>
internal sealed class KeyGenerator(KeygenOptions options, IPrompt prompt, TextWriter output)
{
    private const int GreatestRounds = 16384;

    /// <summary>Makes a key pair.</summary>
    public void Generate()
    {
        (SshKeyKind kind, int bits) = Kind();
        CheckRounds();
        Say($"Generating public/private {options.Type} key pair.");
        string file = FileOrUsual(saving: true);
        bool overwrite = MayWrite(file);
        string passphrase = NewPassphrase();
        string comment = options.Comment ?? $"{Environment.UserName}@{Environment.MachineName}";
        if (comment.AsSpan().ContainsAny('\r', '\n')) throw new UsageException("keygen: comment: expected one line, got several");
        using SshPrivateKey key = SshPrivateKey.Generate(kind, bits, comment);
        MakeFolder(file);
        key.Save(file, passphrase, overwrite, options.Rounds);
        key.PublicKey.Save(file + ".pub", comment, overwrite);
        Say($"Your identification has been saved in {file}");
        Say($"Your public key has been saved in {file}.pub");
        Say($"The key fingerprint is:\n{key.PublicKey.Fingerprint} {comment}");
    }

    /// <summary>--carrier: the secret of message carriers, which both ends have.</summary>
    public void GenerateCarrierKey()
    {
        string file = options.File is { Length: > 0 } given ? given : throw new UsageException("keygen: --carrier: expected -f FILE, got none");
        CarrierKey key = CarrierKeyFile.Create(file);
        Say($"The carrier key has been saved in {file} ({Convert.ToHexStringLower(key.Hint.Span)}).");
        Say("Copy it to the other end over a safe way, mode 0600; both name it as key=FILE.");
    }

    /// <summary>-y.</summary>
    public void PrintPublicKey()
    {
        using SshPrivateKey key = SshPrivateKey.Load(FileOrUsual(), () => options.OldPassphrase ?? FromFile() ?? prompt.Ask("Enter passphrase: ", hidden: true));
        output.WriteLine(key.PublicKey.ToAuthorizedKeysLine(key.Comment));
    }

    /// <summary>-l.</summary>
    public void PrintFingerprints()
    {
        string file = FileOrUsual();
        List<(SshPublicKey Key, string Comment)> keys = [];
        if (SshPrivateKey.TryReadPublicKey(file, out SshPublicKey? only, out string comment)) keys.Add((only, comment));
        else keys.AddRange(LinesOf(file));
        if (keys.Count == 0) throw new TunnelException(TunnelError.BadConfiguration, $"{file}: key: expected a public key, or a private key beside FILE.pub, got neither");
        foreach ((SshPublicKey key, string of) in keys)
            output.WriteLine($"{key.Bits} {key.Fingerprint} {(of.Length == 0 ? "no comment" : of)} ({TypeOf(key)})");
    }

    /// <summary>-p.</summary>
    public void ChangePassphrase()
    {
        CheckRounds();
        string file = FileOrUsual();
        using SshPrivateKey key = SshPrivateKey.Load(file, () => options.OldPassphrase ?? prompt.Ask("Enter old passphrase: ", hidden: true));
        Say($"Key has comment '{key.Comment}'");
        key.Save(file, NewPassphrase(), overwrite: true, options.Rounds);
        Say("Your identification has been saved with the new passphrase.");
    }

    private static string TypeOf(SshPublicKey key) => key.KeyType switch
    {
        "ssh-ed25519" => "ED25519",
        "ssh-rsa" => "RSA",
        _ => "ECDSA",
    };

    private static IEnumerable<(SshPublicKey Key, string Comment)> LinesOf(string file)
    {
        try
        {
            // authorized_keys, or the .pub files of several keys together.
            return AuthorizedKeys.FromLines(File.ReadLines(file), file).Entries.Select(e => (e.Key, e.Comment));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{file}: key: expected a readable file, got {e.Message}", inner: e);
        }
    }

    private static void MakeFolder(string file)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(file));
        string usual = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
        if (folder != usual || Directory.Exists(folder) || OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Say(string line)
    {
        if (!options.Quiet) output.WriteLine(line);
    }

    private void CheckRounds()
    {
        if (options.Rounds is < 1 or > GreatestRounds) throw new UsageException($"keygen: -a: expected 1 to {GreatestRounds}, got {options.Rounds}");
    }

    private (SshKeyKind Kind, int Bits) Kind() => (options.Type, options.Bits) switch
    {
        ("ed25519", null or 256) => (SshKeyKind.Ed25519, 0),
        ("rsa", null) => (SshKeyKind.Rsa, 0),
        ("rsa", >= 2048 and <= 16384) => (SshKeyKind.Rsa, options.Bits.Value),
        ("ecdsa", null or 256) => (SshKeyKind.Ecdsa256, 0),
        ("ecdsa", 384) => (SshKeyKind.Ecdsa384, 0),
        ("ecdsa", 521) => (SshKeyKind.Ecdsa521, 0),
        ("rsa", _) => throw new UsageException($"keygen: -b: expected 2048 to 16384 for rsa, got {options.Bits}"),
        ("ecdsa", _) => throw new UsageException($"keygen: -b: expected 256, 384 or 521 for ecdsa, got {options.Bits}"),
        _ => throw new UsageException($"keygen: -b: expected no size for {options.Type}, got {options.Bits}"),
    };

    private string FileOrUsual(bool saving = false)
    {
        if (options.File is { Length: > 0 } given) return given;
        string usual = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh", $"id_{options.Type}");
        if (!prompt.IsAvailable) return usual;
        string? answer = prompt.Ask($"Enter file in which {(saving ? "to save the key" : "the key is")} ({usual}): ", hidden: false);
        return string.IsNullOrEmpty(answer) ? usual : answer;
    }

    // Whether an existing file may be replaced; asks where there is somebody to ask, refuses otherwise.
    private bool MayWrite(string file)
    {
        string? existing = File.Exists(file) ? file : File.Exists(file + ".pub") ? file + ".pub" : null;
        if (existing is null) return false;
        string? answer = prompt.IsAvailable ? prompt.Ask($"{existing} already exists.\nOverwrite (y/n)? ", hidden: false) : null;
        return answer is ['y' or 'Y', ..] ? true
            : throw new TunnelException(TunnelError.BadConfiguration, $"{existing}: write: expected a new file, got one that exists");
    }

    private string NewPassphrase()
    {
        if ((options.NewPassphrase ?? FromFile()) is { } given) return given;
        if (!prompt.IsAvailable) throw new UsageException("keygen: passphrase: expected -N, --passphrase-file or a terminal to ask on, got none");
        while (true)
        {
            string first = Answer("Enter passphrase (empty for no passphrase): ");
            if (first == Answer("Enter same passphrase again: ")) return first;
            output.WriteLine("Passphrases do not match.  Try again.");
        }
    }

    private string Answer(string question) =>
        prompt.Ask(question, hidden: true) ?? throw new TunnelException(TunnelError.BadConfiguration, "keygen: passphrase: expected an answer, got the end of the terminal");

    private string? FromFile()
    {
        if (options.PassphraseFile is not { } file) return null;
        try
        {
            using TextReader reader = file == "-" ? Console.In : File.OpenText(file);
            return reader.ReadLine() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{file}: passphrase: expected a readable file, got {e.Message}", inner: e);
        }
    }
}

using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;

namespace Adit.Cli.Keygen;

/// <summary><c>adit keygen</c>: keys in OpenSSH's format, with the options that users of ssh-keygen(1) expect.</summary>
internal static class KeygenCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => Create(new TerminalPrompt());

    /// <summary>Makes the command with somebody else to ask.</summary>
    internal static Command Create(IPrompt prompt)
    {
        Option<string> type = new("-t") { Description = "The type of key", HelpName = "ed25519|rsa|ecdsa", DefaultValueFactory = _ => "ed25519" };
        type.AcceptOnlyFromAmong("ed25519", "rsa", "ecdsa");
        Option<int?> bits = new("-b") { Description = "Its size: rsa 2048 to 16384 (3072 by default), ecdsa 256, 384 or 521", HelpName = "bits" };
        Option<string?> comment = new("-C") { Description = "The comment; user@host by default", HelpName = "comment" };
        Option<string?> file = new("-f") { Description = "The private key's file; the public key goes to FILE.pub", HelpName = "file" };
        Option<string?> newPassphrase = new("-N") { Description = "The new passphrase, empty for none; others can see it in the list of processes", HelpName = "passphrase" };
        Option<string?> oldPassphrase = new("-P") { Description = "The present passphrase; others can see it in the list of processes", HelpName = "passphrase" };
        Option<string?> passphraseFile = new("--passphrase-file") { Description = "Read the passphrase from the first line of a file, - for standard input", HelpName = "file" };
        Option<int> rounds = new("-a") { Description = "Rounds of key derivation, each a few milliseconds, 1 to 16384", HelpName = "rounds", DefaultValueFactory = _ => 16 };
        Option<bool> print = new("-y") { Description = "Print the public key of a private key file" };
        Option<bool> list = new("-l") { Description = "Print the fingerprint of a key file" };
        Option<bool> change = new("-p") { Description = "Change the passphrase of a private key file" };
        Option<bool> carrier = new("--carrier") { Description = "Make a carrier key in place of a pair: 32 octets that a client and a gateway share for dns, mqtt and sms carriers (key=FILE)" };
        Option<bool> quiet = new("-q") { Description = "Say nothing but errors" };
        Command command = new Verb("keygen", "Make a key pair, or show or change one.",
        [
            "adit keygen -f ~/.ssh/id_ed25519",
            "adit keygen -t rsa -b 4096 -C me@work -N '' -f deploy",
            "adit keygen -l -f deploy.pub",
            "adit keygen -p -f deploy",
            "adit keygen --carrier -f office.carrier",
        ])
        {
            type, bits, comment, file, newPassphrase, oldPassphrase, passphraseFile, rounds, print, list, change, carrier, quiet,
        };
        command.SetAction(result =>
        {
            KeygenOptions options = new()
            {
                Type = result.GetRequiredValue(type),
                Bits = result.GetValue(bits),
                Comment = result.GetValue(comment),
                File = result.GetValue(file),
                NewPassphrase = result.GetValue(newPassphrase),
                OldPassphrase = result.GetValue(oldPassphrase),
                PassphraseFile = result.GetValue(passphraseFile),
                Rounds = result.GetValue(rounds),
                Quiet = result.GetValue(quiet),
            };
            KeyGenerator generator = new(options, prompt, result.InvocationConfiguration.Output);
            switch (result.GetValue(print), result.GetValue(list), result.GetValue(change), result.GetValue(carrier))
            {
                case (false, false, false, false): generator.Generate(); break;
                case (true, false, false, false): generator.PrintPublicKey(); break;
                case (false, true, false, false): generator.PrintFingerprints(); break;
                case (false, false, true, false): generator.ChangePassphrase(); break;
                case (false, false, false, true): generator.GenerateCarrierKey(); break;
                default: throw new UsageException("keygen: options: expected one of -y, -l, -p and --carrier, got several");
            }

            return ExitCode.Done;
        });
        return command;
    }
}

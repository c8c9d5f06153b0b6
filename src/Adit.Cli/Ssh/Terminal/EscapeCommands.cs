using System.Globalization;
using System.Text;
using Adit.Platform.Libc;
using Adit.Ssh.Client;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh.Terminal;

/// <summary>What the escapes of a session do; see ESCAPE CHARACTERS in ssh(1).</summary>
/// <param name="terminal">The terminal here.</param>
/// <param name="client">The connection.</param>
/// <param name="session">The session.</param>
/// <param name="config">What ssh_config says.</param>
/// <param name="log">The log, whose level may be changed.</param>
/// <param name="commandLine">Understands and does what is typed after ~C.</param>
/// <param name="disconnect">Ends the session.</param>
internal sealed class EscapeCommands(
    SessionTerminal terminal, SshClient client, SshSession session, SshConfig config, SshLog log, ForwardCommandLine commandLine, Action disconnect)
{
    // RFC 4335 §3 lets it be 0.5 s to 3 s; OpenSSH asks for 1 s.
    private static readonly TimeSpan BreakLength = TimeSpan.FromSeconds(1);

    private readonly string _escape = Show(config.EscapeCharacter ?? '~');

    /// <summary>Performs one.</summary>
    /// <param name="command">The octet after the escape character.</param>
    public void Perform(byte command)
    {
        switch ((char)command)
        {
            case '.':
                Say($"{_escape}.");
                disconnect();
                break;
            case '\u001a':
                Say($"{_escape}^Z [suspend ssh]");
                terminal.Suspend();
                break;
            case '#':
                Say($"{_escape}#");
                Say("The following connections are open:");
                foreach ((uint id, string type) in client.Connection.ListChannels()) Say($"  #{id} {type}");
                break;
            case 'R':
                client.Connection.Rekey();
                break;
            case 'B':
                Say($"{_escape}B [sent break]");
                _ = SendBreakAsync();
                break;
            case 'v' or 'V':
                log.Level = (SshLogLevel)Math.Clamp((int)log.Level + (command == 'v' ? 1 : -1), (int)SshLogLevel.Quiet, (int)SshLogLevel.Debug3);
                Say($"{_escape}{(char)command} [LogLevel {log.Level.ToString().ToUpperInvariant()}]");
                break;
            case 'C' when !config.EnableEscapeCommandline:
                Say("commandline disabled");
                break;
            case 'C':
                OpenCommandLine();
                break;
            case '&':
                Say($"{_escape}& [not possible here: start with -f, or suspend with {_escape}^Z]");
                break;
            default:
                Explain();
                break;
        }
    }

    private static string Show(char escape) => escape switch
    {
        < ' ' => $"^{(char)(escape + '@')}",
        '\u007f' => "^?",
        _ => escape.ToString(CultureInfo.InvariantCulture),
    };

    private async Task SendBreakAsync()
    {
        if (!await session.SendBreakAsync(BreakLength)) log.Debug("the server does not perform breaks");
    }

    private void OpenCommandLine()
    {
        terminal.Raw?.Leave();
        try
        {
            Say("");
            using ControllingTerminal? tty = ControllingTerminal.TryOpen();
            if (tty?.Ask("ssh> ", hidden: false) is { } typed) commandLine.Run(typed.Trim(), Say);
        }
        catch (OperationCanceledException)
        {
            Say(""); // ^C
        }
        finally
        {
            terminal.Raw?.Enter();
        }
    }

    private void Explain() => Say(string.Join('\n',
        $"{_escape}?",
        "Supported escape sequences:",
        $" {_escape}.   - end the connection, and every session that shares it",
        $" {_escape}B   - send a break",
        $" {_escape}C   - open a command line for forwards{(config.EnableEscapeCommandline ? "" : " (needs EnableEscapeCommandline)")}",
        $" {_escape}R   - exchange keys anew",
        $" {_escape}V/v - log less or more",
        $" {_escape}^Z  - suspend",
        $" {_escape}#   - list what is open",
        $" {_escape}?   - this list",
        $" {_escape}{_escape}   - the escape character itself",
        "(An escape counts at the start of a line only.)"));

    private static void Say(string text)
    {
        using var output = new DescriptorStream(2, isReadable: false);
        try
        {
            output.Write(Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n"));
        }
        catch (IOException)
        {
            // Nobody reads it any more.
        }
    }
}

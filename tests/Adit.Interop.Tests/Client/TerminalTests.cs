using System.Text.RegularExpressions;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>Interactive sessions with sshd, on a real terminal.</summary>
public sealed partial class TerminalTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Fact]
    public async Task Shell_HasTheTerminal_AndItsSizeFollows()
    {
        using OpenSshClient client = Client();
        await using Tmux tmux = await StartAsync(client);
        await tmux.EnterAsync($"stty -g; {Line(client)}; echo code=$?; stty -g");
        await tmux.WaitForAsync(s => Settings().Count(s) == 1, "line of stty"); // what is typed before that stands in it
        await tmux.EnterAsync("echo size=$(stty size) term=$TERM tty=$(tty | cut -c 1-8)");
        await tmux.WaitForAsync("size=30 100 term=screen tty=/dev/pts");
        await tmux.ResizeAsync(90, 25);
        await tmux.EnterAsync("until test \"$(stty size)\" = '25 90'; do sleep 0.1; done; echo re$((40+2))sized");
        await tmux.WaitForAsync("re42sized");
        await tmux.EnterAsync("exit 77");
        string screen = await tmux.WaitForAsync(s => s.Contains("code=77", StringComparison.Ordinal) && Settings().Count(s) == 2, "exit code and two lines of stty");
        Assert.Contains($"Connection to {client.Target.Host} closed.", screen, StringComparison.Ordinal);
        Assert.Single(Settings().Matches(screen).Select(m => m.Value).Distinct());
    }

    [Fact]
    public async Task Interrupt_ReachesTheCommand_AndNotTheClient()
    {
        using OpenSshClient client = Client();
        await using Tmux tmux = await StartAsync(client);
        await tmux.EnterAsync(Line(client));
        await tmux.EnterAsync("echo ready$((1+1)); cat");
        await tmux.WaitForAsync("ready2");
        await tmux.PressAsync("C-c");
        await tmux.EnterAsync("echo stat$((1+1))us=$?");
        await tmux.WaitForAsync("stat2us=130");
    }

    [Fact]
    public async Task Command_WithTerminal_HasOneStream()
    {
        using OpenSshClient client = Client();
        await using Tmux tmux = await StartAsync(client);
        await tmux.EnterAsync($"{Line(client, "-t")} 'test -t 0 && test -t 1 && test -t 2 && echo tty$((1+1)) >&2; exit 3' 2>{fixture.Folder["stderr"]}; echo code=$?");
        await tmux.WaitForAsync("code=3");
        Assert.Contains("tty2", await tmux.ReadAsync(), StringComparison.Ordinal);
        Assert.Equal($"Connection to {client.Target.Host} closed.", File.ReadAllText(fixture.Folder["stderr"]).Trim());
    }

    [Fact]
    public async Task Editor_EditsAndSaves()
    {
        PeerRequired.Installed("vi");
        using OpenSshClient client = Client();
        string file = fixture.Folder.Write("edited", "one\ntwo\n");
        await using Tmux tmux = await StartAsync(client);
        await tmux.EnterAsync($"{Line(client, "-t")} vi {file}; echo code=$?");
        await tmux.WaitForAsync(s => s.Contains("two", StringComparison.Ordinal) && s.Contains('~', StringComparison.Ordinal), "the editor");
        await tmux.TypeAsync("Gothree");
        await tmux.PressAsync("Escape");
        await tmux.EnterAsync(":wq");
        await tmux.WaitForAsync("code=0");
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(file));
    }

    [Fact]
    public async Task Escapes_ListHelpAndDisconnect()
    {
        using OpenSshClient client = Client();
        await using Tmux tmux = await StartAsync(client);
        await tmux.EnterAsync($"stty -g; {Line(client)}; echo code=$?; stty -g");
        await tmux.WaitForAsync(s => Settings().Count(s) == 1, "line of stty"); // what is typed before that stands in it
        await tmux.EnterAsync("echo re$((40+2))ady");
        await tmux.WaitForAsync("re42ady");
        await tmux.TypeAsync("~?");
        await tmux.WaitForAsync("Supported escape sequences:");
        await tmux.TypeAsync("~#");
        await tmux.WaitForAsync("The following connections are open:");
        await tmux.TypeAsync("~v");
        await tmux.WaitForAsync("~v [LogLevel VERBOSE]");
        await tmux.TypeAsync("~V");
        await tmux.WaitForAsync("~V [LogLevel INFO]");
        await tmux.TypeAsync("~R"); // the session goes on with new keys
        await tmux.EnterAsync("~~ echo");
        await tmux.WaitForAsync(s => s.Contains("~ echo", StringComparison.Ordinal) && !s.Contains("~~ echo", StringComparison.Ordinal), "one escape character");
        await tmux.EnterAsync("echo after$((1+1))rekey; cat");
        await tmux.WaitForAsync("after2rekey");
        await tmux.PressAsync("Enter");
        await tmux.TypeAsync("~.");
        string screen = await tmux.WaitForAsync(s => s.Contains("code=255", StringComparison.Ordinal) && Settings().Count(s) == 2, "exit code and two lines of stty");
        Assert.Contains($"Connection to {client.Target.Host} closed.", screen, StringComparison.Ordinal);
        Assert.Single(Settings().Matches(screen).Select(m => m.Value).Distinct());
    }

    [Fact]
    public async Task EscapeCharacter_IsTheOneAskedFor()
    {
        using OpenSshClient client = Client();
        await using Tmux tmux = await StartAsync(client);
        await tmux.EnterAsync($"{Line(client, "-e", "%")}; echo code=$?");
        await tmux.EnterAsync("echo re$((40+2))ady");
        await tmux.WaitForAsync("re42ady");
        await tmux.EnterAsync("~. || echo passed$((1+1))on");
        await tmux.WaitForAsync("passed2on");
        await tmux.TypeAsync("%.");
        await tmux.WaitForAsync("code=255");
    }

    [Fact]
    public async Task CommandLine_AddsAndCancelsForwards()
    {
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client();
        int port = Ports.Free();
        await using Tmux tmux = await StartAsync(client);
        await tmux.EnterAsync($"{Line(client, "-o", "EnableEscapeCommandline=yes", "-o", "PermitLocalCommand=yes")}; echo code=$?");
        await tmux.EnterAsync("echo re$((40+2))ady");
        await tmux.WaitForAsync("re42ady");
        await tmux.TypeAsync("~C");
        await tmux.WaitForAsync("ssh>");
        await tmux.EnterAsync($"-L {port}:127.0.0.1:{echo.Port}");
        await tmux.WaitForAsync("Forwarding port.");
        await StreamProbe.EchoAsync(ClientFixture.Loopback(port), 1000, 5);
        await tmux.PressAsync("Enter");
        await tmux.TypeAsync("~C");
        await tmux.WaitForAsync(s => s.Split("ssh>").Length == 3, "a second command line");
        await tmux.EnterAsync($"-KL {port}");
        await tmux.WaitForAsync(s => s.Split("Forwarding port.").Length == 3, "word that it is cancelled");
        await Assert.ThrowsAnyAsync<Exception>(() => StreamProbe.ConnectAsync(ClientFixture.Loopback(port)));
        await tmux.PressAsync("Enter");
        await tmux.TypeAsync("~C");
        await tmux.WaitForAsync(s => s.Split("ssh>").Length == 4, "a third command line");
        await tmux.EnterAsync("!echo here$((1+1))");
        await tmux.WaitForAsync("here2");
    }

    [Fact]
    public async Task Suspension_GivesTheTerminalBack_AndTheSessionGoesOn()
    {
        using OpenSshClient client = Client();
        await using Tmux tmux = await StartAsync(client);
        await tmux.EnterAsync("exec bash --norc -i");
        await tmux.EnterAsync("PS1='lo''cal2$ '; stty -g");
        await tmux.WaitForAsync("local2$");
        await tmux.EnterAsync(Line(client));
        await tmux.EnterAsync("echo re$((40+2))ady");
        await tmux.WaitForAsync("re42ady");
        await tmux.TypeAsync("~");
        await tmux.PressAsync("C-z");
        await tmux.WaitForAsync("Stopped");
        await tmux.ResizeAsync(80, 20);
        await tmux.EnterAsync("stty -g; echo size=$(stty size)");
        await tmux.WaitForAsync("size=20 80");
        await tmux.EnterAsync("fg");
        await tmux.EnterAsync("until test \"$(stty size)\" = '20 80'; do sleep 0.1; done; echo again$((1+1))");
        await tmux.WaitForAsync("again2");
        await tmux.EnterAsync("exit 0");
        await tmux.WaitForAsync($"Connection to {client.Target.Host} closed."); // keys pressed before are the session's
        await tmux.EnterAsync("stty -g; echo la$((1+1))st");
        string screen = await tmux.WaitForAsync("la2st");
        Assert.Equal(3, Settings().Count(screen));
        Assert.Single(Settings().Matches(screen).Select(m => m.Value).Distinct());
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task Signal_RestoresTheTerminal(string signal)
    {
        using OpenSshClient client = Client();
        await using Tmux tmux = await StartAsync(client);
        await tmux.EnterAsync($"stty -g; sh -c 'echo $$ >{fixture.Folder["pid"]}; exec {Line(client)}'; echo co$((1+1))de; stty -g");
        await tmux.EnterAsync("echo re$((40+2))ady");
        await tmux.WaitForAsync("re42ady");
        (await ProcessRunner.RunAsync("kill", $"-{signal}", File.ReadAllText(fixture.Folder["pid"]).Trim())).Succeeded();
        string screen = await tmux.WaitForAsync(s => s.Contains("co2de", StringComparison.Ordinal) && Settings().Count(s) == 2, "two lines of stty");
        Assert.Single(Settings().Matches(screen).Select(m => m.Value).Distinct());
    }

    [Fact]
    public async Task WithoutTerminalHere_OnlyTwoLettersMakeOne()
    {
        using OpenSshClient client = Client();
        ProcessResult once = await client.RunAsync(["-t"], "tty");
        Assert.Equal(("not a tty\n", "Pseudo-terminal will not be allocated because stdin is not a terminal."), (once.Text, once.Errors.Trim()));
        ProcessResult twice = (await client.RunAsync(["-tt"], "tty; stty size")).Succeeded();
        Assert.StartsWith("/dev/pts/", twice.Text, StringComparison.Ordinal);
        Assert.EndsWith("0 0\r\n", twice.Text, StringComparison.Ordinal);
        Assert.Equal("not a tty\n", (await client.RunAsync(["-T"], "tty")).Text);
    }

    [Fact]
    public async Task Subsystem_Runs()
    {
        await using OpenSshServer server = await fixture.StartServerAsync(config: "Subsystem greeting echo hello from a subsystem");
        using OpenSshClient client = fixture.Client(server.Target);
        Assert.Equal("hello from a subsystem\n", (await client.RunAsync(["-s"], "greeting")).Succeeded().Text);
        ProcessResult unknown = await client.RunAsync(["-s"], "nosuch");
        Assert.Equal(255, unknown.ExitCode);
        Assert.Contains("subsystem request failed on channel 0", unknown.Errors, StringComparison.Ordinal);
    }

    private static string Line(OpenSshClient client, params string[] options)
    {
        PeerStart start = client.Command(options);
        return string.Join(' ', [start.Program, .. start.Arguments]);
    }

    [GeneratedRegex("^[0-9a-f]+(:[0-9a-f]+){30,}$", RegexOptions.Multiline)]
    private static partial Regex Settings();

    private OpenSshClient Client()
    {
        PeerRequired.Installed("tmux");
        return fixture.Client();
    }

    private static Task<Tmux> StartAsync(OpenSshClient client) => Tmux.StartAsync(client.Environment);
}

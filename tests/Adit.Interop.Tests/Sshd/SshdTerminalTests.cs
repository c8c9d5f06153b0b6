using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sshd;

/// <summary>Terminal programs that ssh(1) runs in tmux through the pty of <c>adit sshd</c>.</summary>
public sealed class SshdTerminalTests : SshdTest
{
    [Fact]
    public async Task Shell_IsResizedInterruptedStoppedAndLeft()
    {
        PeerRequired.Installed("tmux");
        await using OpenSshServer server = await StartAsync();
        using OpenSshClient client = Client(server);
        await using Tmux tmux = await Tmux.StartAsync(client.Environment);
        await tmux.EnterAsync($"{Line(client, "-t")} sh; echo code=$?");
        await tmux.EnterAsync("echo size=$(stty size) term=$TERM tty=$(tty | cut -c 1-8) ssh=$(test \"$SSH_TTY\" = \"$(tty)\" && echo same)");
        await tmux.WaitForAsync("size=30 100 term=screen tty=/dev/pts ssh=same");
        await tmux.ResizeAsync(90, 25);
        await tmux.EnterAsync("until test \"$(stty size)\" = '25 90'; do sleep 0.1; done; echo re$((40+2))sized");
        await tmux.WaitForAsync("re42sized");
        await tmux.EnterAsync("echo ready$((1+1)); cat");
        await tmux.WaitForAsync("ready2");
        await tmux.PressAsync("C-c");
        await tmux.EnterAsync("echo stat$((1+1))us=$?");
        await tmux.WaitForAsync("stat2us=130");
        await tmux.EnterAsync("echo stop$((1+1)); sleep 1000");
        await tmux.WaitForAsync("stop2");
        await tmux.PressAsync("C-z");
        await tmux.EnterAsync("echo jobs$((1+1)); jobs; kill -9 %1; wait");
        await tmux.WaitForAsync(s => s.Contains("jobs2", StringComparison.Ordinal) && s.Contains("sleep 1000", StringComparison.Ordinal), "the stopped job");
        await tmux.EnterAsync("cat; echo end$((1+1))");
        await tmux.PressAsync("C-d");
        await tmux.WaitForAsync("end2");
        await tmux.EnterAsync("exit 77");
        await tmux.WaitForAsync("code=77");
    }

    [Fact]
    public async Task LoginShell_WithoutACommand_HasATerminal()
    {
        PeerRequired.Installed("tmux");
        await using OpenSshServer server = await StartAsync();
        using OpenSshClient client = Client(server);
        await using Tmux tmux = await Tmux.StartAsync(client.Environment);
        await tmux.EnterAsync($"{Line(client)}; echo code=$?");
        await tmux.EnterAsync("test -t 0 && test -t 2 && echo tty$((1+1)); exit 3");
        await tmux.WaitForAsync(s => s.Contains("tty2", StringComparison.Ordinal) && s.Contains("code=3", StringComparison.Ordinal), "the shell's terminal and its exit code");
    }

    [Fact]
    public async Task Editor_EditsAndSaves_AndFollowsTheSize()
    {
        PeerRequired.Installed("tmux", "vi");
        await using OpenSshServer server = await StartAsync();
        using OpenSshClient client = Client(server);
        string file = Folder.Write("edited", "one\ntwo\n");
        await using Tmux tmux = await Tmux.StartAsync(client.Environment);
        await tmux.EnterAsync($"{Line(client, "-t")} vi {file}; echo code=$?");
        await tmux.WaitForAsync(s => s.Contains("two", StringComparison.Ordinal) && s.Contains('~', StringComparison.Ordinal), "the editor");
        await tmux.ResizeAsync(60, 12);
        await tmux.TypeAsync("Gothree");
        await tmux.PressAsync("Escape");
        await tmux.EnterAsync(":wq");
        await tmux.WaitForAsync("code=0");
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(file));
    }

    /// <summary>A window that is closed hangs up what ran in it.</summary>
    [Fact]
    public async Task ClientThatGoes_HangsUpItsProgram()
    {
        await using OpenSshServer server = await StartAsync();
        using OpenSshClient client = Client(server);
        await using PeerProcess ssh = await PeerProcess.StartAsync(client.Command(["-tt"], $"trap 'echo hung up >{Folder["hangup"]}; exit' HUP; echo ready; while :; do sleep 0.1; done"));
        await ssh.WaitForOutputLineAsync(l => l.Trim() == "ready", "the program");
        ssh.Kill();
        await EventuallyAsync(() => File.Exists(Folder["hangup"]), PeerProcess.Patience, () => "the program was not hung up");
    }

    private static string Line(OpenSshClient client, params string[] options)
    {
        PeerStart start = client.Command(options);
        return string.Join(' ', [start.Program, .. start.Arguments]);
    }
}

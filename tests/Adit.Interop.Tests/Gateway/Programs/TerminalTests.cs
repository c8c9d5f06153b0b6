using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway.Programs;

/// <summary>Terminals: ssh -tt by itself, and ssh -t in a window that is resized, interrupted and edited in.</summary>
public sealed class TerminalTests : ProgramTest
{
    [Fact]
    public async Task Interrupt_ComesThroughTheTerminal()
    {
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        await using PeerProcess ssh = await PeerProcess.StartAsync(client.Command(["-tt"], "trap 'echo caught; exit 42' INT; test -t 1 && echo ready; while :; do sleep 0.05; done"));
        await ssh.WaitForOutputLineAsync(l => l.StartsWith("ready", StringComparison.Ordinal), "ready");
        await ssh.StandardInput.WriteAsync(new byte[] { 3 });
        await ssh.StandardInput.FlushAsync();
        await ssh.WaitForOutputLineAsync(l => l.Contains("caught", StringComparison.Ordinal), "caught");
        Assert.Equal(42, await ssh.WaitForExitAsync());
    }

    [Fact]
    public async Task KilledClient_HangsUpTheProgram()
    {
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        string mark = Folder["mark"];
        await using PeerProcess ssh = await PeerProcess.StartAsync(client.Command(["-tt"], $"trap 'echo hup > {mark}; exit' HUP; echo ready; while :; do sleep 0.05; done"));
        await ssh.WaitForOutputLineAsync(l => l.StartsWith("ready", StringComparison.Ordinal), "ready");
        ssh.Kill();
        await EventuallyAsync(() => File.Exists(mark) && File.ReadAllText(mark) == "hup\n", PeerProcess.Patience, () => "no hangup");
        await EventuallyAsync(() => CountChildren(gateway) == 0, PeerProcess.Patience, () => "the program stays");
    }

    [Fact]
    public async Task Output_IsWhole_WhenTheProgramEndsAtOnce()
    {
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        for (int i = 0; i < 3; i++)
        {
            ProcessResult result = await client.RunAsync(["-tt"], "stty -opost; seq 1 20000");
            Assert.Equal(string.Concat(Enumerable.Range(1, 20000).Select(n => $"{n}\n")), result.Text);
        }
    }

    [Fact]
    public async Task Shell_InAWindow_IsResizedInterruptedAndLeft()
    {
        PeerRequired.Installed("tmux");
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        await using Tmux window = await Tmux.StartAsync(client.Environment, 101, 31);
        await window.EnterAsync($"{Line(client, "-t")}; echo \"left with $?\"");
        // Whatever the account's prompt is: the shell reads once it answers.
        await window.EnterAsync("PS1='re''ady> '");
        await window.WaitForAsync("ready> ");
        await window.EnterAsync("stty size; echo term $TERM");
        await window.WaitForAsync("31 101");
        await window.WaitForAsync("term screen");
        await window.ResizeAsync(77, 22);
        await window.EnterAsync("stty size");
        await window.WaitForAsync("22 77");
        await window.EnterAsync("echo beg''in; sleep 1000");
        await window.WaitForAsync("begin");
        await window.PressAsync("C-c");
        await window.EnterAsync("echo status $?");
        await window.WaitForAsync("status 130");
        await window.EnterAsync("exit 7");
        await window.WaitForAsync("left with 7");
    }

    [Fact]
    public async Task Editor_InAWindow_EditsAndSaves()
    {
        PeerRequired.Installed("tmux", "vi");
        await using AditGateway gateway = await StartGatewayAsync();
        using OpenSshClient client = new(gateway.Target, Identity);
        string file = Folder.Write("file", "first\nsecond\n");
        await using Tmux window = await Tmux.StartAsync(client.Environment);
        await window.EnterAsync($"{Line(client, "-t", $"vi -u NONE {file}")}; echo \"left with $?\"");
        await window.WaitForAsync(s => s.Contains("second", StringComparison.Ordinal) && s.Contains("\n~", StringComparison.Ordinal), "the file in vi");
        await window.TypeAsync("o");
        await window.TypeAsync("between");
        await window.PressAsync("Escape");
        await window.WaitForAsync("between");
        await window.ResizeAsync(60, 15);
        await window.EnterAsync(":wq");
        await window.WaitForAsync("left with 0");
        Assert.Equal("first\nbetween\nsecond\n", await File.ReadAllTextAsync(file));
    }

    private static string Line(OpenSshClient client, string option, params string[] command)
    {
        PeerStart start = client.Command([option], command);
        return string.Join(' ', ((string[])[start.Program, .. start.Arguments]).Select(word => $"'{word}'"));
    }
}

using System.Diagnostics;
using System.Text;
using Adit.Platform.Descriptors;
using Adit.Platform.Libc;
using Adit.Platform.Processes;

namespace Adit.Platform.Tests.Processes;

/// <summary>Children: their streams, environment, descriptors, account, terminal and end.</summary>
public sealed class ChildProcessTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(255)]
    public async Task Status_IsTold(int status)
    {
        ChildProcess child = ChildProcess.Start(Shell($"exit {status}"));
        Assert.Equal(new ProcessExit(status), await child.ExitedAsync.WaitAsync(Deadline));
        Assert.False(child.Signal(9));
    }

    [Fact]
    public async Task Signal_IsTold_AndReachesTheGroup()
    {
        ChildProcess one = ChildProcess.Start(Shell("kill -TERM $$"));
        Assert.Equal(new ProcessExit(null, 15), await one.ExitedAsync.WaitAsync(Deadline));
        (string text, ChildProcess parent) = await RunAsync(Shell("sleep 1000 & echo $!; wait") with { NewGroup = true }, firstLine: true);
        Assert.True(parent.Signal(9, group: true));
        Assert.Equal(9, (await parent.ExitedAsync.WaitAsync(Deadline)).Signal);
        await UntilAsync(() => !IsRunning(int.Parse(text)), "the group's other member ends");
    }

    [Fact]
    public async Task Streams_ArgumentZero_EnvironmentAndFolder_AreAsGiven()
    {
        (string text, ChildProcess child) = await RunAsync(new ChildProcessStart
        {
            Program = "/bin/sh",
            Arguments = ["-odd", "-c", "echo \"$0|$ONE|$TWO\"; pwd; env | wc -l", "-odd"],
            Environment = ["ONE=1", "TWO=zwei ü"],
            WorkingDirectory = "/usr",
        });
        Assert.Equal(0, (await child.ExitedAsync.WaitAsync(Deadline)).Status);
        string[] lines = text.Split('\n');
        Assert.Equal("-odd|1|zwei ü", lines[0]);
        Assert.Equal("/usr", lines[1]);
        Assert.InRange(int.Parse(lines[2]), 2, 4); // and PWD, which the shell adds
    }

    [Fact]
    public async Task Child_HasNoOtherDescriptors_AndDefaultSignals()
    {
        // Deliberately one that would survive exec, and others of the runtime.
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        (DescriptorHandle extra, DescriptorHandle kept) = DescriptorPipe.Create();
        using (extra)
        using (kept)
        {
            (string text, _) = await RunAsync(Shell("ls /proc/self/fd | tr '\\n' ' '; echo; grep -E '^Sig(Ign|Blk)' /proc/self/status") with { Inherited = [extra] });
            string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            // 0 to 2, the one that was given, and the folder that ls reads. The shell's own mask is no witness: it blocks signals while it forks.
            Assert.Equal(["0", "1", "2", "3", "4"], lines[0].Trim().Split(' '));
            Assert.All(lines[1..], line => Assert.EndsWith("0000000000000000", line));
            Assert.Equal(3, lines.Length);
        }
    }

    [Fact]
    public void WhatCannotBeStarted_SaysWhy()
    {
        DescriptorException missing = Assert.Throws<DescriptorException>(() => ChildProcess.Start(new ChildProcessStart { Program = "/nonexistent/program" }));
        Assert.Equal(2, missing.ErrorNumber); // ENOENT
        Assert.Contains("/nonexistent/program: No such file", missing.Message, StringComparison.Ordinal);
        Assert.Equal(13, Assert.Throws<DescriptorException>(() => ChildProcess.Start(new ChildProcessStart { Program = "/etc/passwd" })).ErrorNumber);
        Assert.Throws<ArgumentException>(() => ChildProcess.Start(Shell("echo a\0b")));
    }

    [Fact]
    public async Task ManyChildren_LeaveNoZombie_AndProcessGoesOnWorking()
    {
        int before = Directory.GetFiles("/proc/self/fd").Length;
        for (int round = 0; round < 5; round++)
        {
            ChildProcess[] children = [.. Enumerable.Range(0, 20).Select(i => ChildProcess.Start(Shell($"exit {i}")))];
            using Process other = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exit 42"]))!;
            for (int i = 0; i < children.Length; i++) Assert.Equal(i, (await children[i].ExitedAsync.WaitAsync(Deadline)).Status);
            await other.WaitForExitAsync().WaitAsync(Deadline);
            Assert.Equal(42, other.ExitCode);
            Assert.All(children, c => Assert.False(IsRunning(c.Id)));
        }

        await UntilAsync(() => Directory.GetFiles("/proc/self/fd").Length < before + 60, "descriptors are closed");
    }

    [Fact]
    public async Task OtherAccount_IsTakenWholly_AndForGood()
    {
        Assert.SkipUnless(FileStatus.CurrentUser == 0, "needs root");
        UserAccount account = UserAccount.Find("games") ?? UserAccount.Find("nobody")!;
        // Any way back to root: the ids, the groups, capabilities, and a try.
        (string text, ChildProcess child) = await RunAsync(Shell(
            "grep -E '^(Uid|Gid|Groups|CapPrm|CapEff|CapInh|CapAmb)' /proc/self/status; cat /etc/shadow 2>&1 >/dev/null | head -c 60; kill -0 1 2>&1 | head -c 60") with { Account = account });
        Assert.NotNull((await child.ExitedAsync.WaitAsync(Deadline)).Status);
        string user = account.UserId.ToString(), group = account.GroupId.ToString();
        Assert.Contains($"Uid:\t{user}\t{user}\t{user}\t{user}\n", text, StringComparison.Ordinal);
        Assert.Contains($"Gid:\t{group}\t{group}\t{group}\t{group}\n", text, StringComparison.Ordinal);
        Assert.Equal(
            account.Groups().Select(g => g.ToString()).Order(),
            text.Split('\n').Single(l => l.StartsWith("Groups:", StringComparison.Ordinal))[7..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Order());
        foreach (string set in new[] { "CapPrm", "CapEff", "CapInh", "CapAmb" }) Assert.Contains($"{set}:\t0000000000000000", text, StringComparison.Ordinal);
        Assert.Contains("Permission denied", text, StringComparison.Ordinal);
        // And every thread here is still root.
        await UntilAsync(
            () => Directory.GetDirectories("/proc/self/task").All(t => ReadOrEmpty(t + "/status") is var s && (s.Length == 0 || s.Contains("Uid:\t0\t0\t0\t0", StringComparison.Ordinal))),
            "all threads of this process are root");
    }

    [Fact]
    public async Task Terminal_IsControlling_HasItsSize_AndItsEndIsAHangup()
    {
        UserAccount? account = FileStatus.CurrentUser == 0 ? UserAccount.Find("nobody") : null;
        using PseudoTerminal terminal = PseudoTerminal.Open(account);
        terminal.Resize(123, 45);
        ChildProcess child = ChildProcess.Start(Shell("tty; stty size; ps -o tty= -p $$; trap 'exit 7' WINCH; stty -echo; echo ready; while :; do sleep 0.05; done") with { Terminal = terminal.Path, Account = account });
        string text = await ReadUntilAsync(terminal.Stream, "ready");
        Assert.Contains(terminal.Path, text, StringComparison.Ordinal);
        Assert.Contains("45 123", text, StringComparison.Ordinal);
        Assert.Contains(terminal.Path[5..], text[(text.IndexOf("45 123", StringComparison.Ordinal) + 6)..], StringComparison.Ordinal);
        if (account is not null)
        {
            Assert.True(FileStatus.TryRead(terminal.Path, out FileStatus status));
            Assert.Equal((account.UserId, 0x190), (status.Owner, status.Mode));
        }

        terminal.Resize(80, 24);
        Assert.Equal(7, (await child.ExitedAsync.WaitAsync(Deadline)).Status);
        // The leader has ended: the kernel hangs the terminal up, and this side reads its end.
        await ReadToEndAsync(terminal.Stream);

        using PseudoTerminal second = PseudoTerminal.Open(account);
        ChildProcess sleeper = ChildProcess.Start(Shell("echo ready; sleep 1000") with { Terminal = second.Path, Account = account });
        await ReadUntilAsync(second.Stream, "ready");
        second.Dispose();
        Assert.Equal(1, (await sleeper.ExitedAsync.WaitAsync(Deadline)).Signal); // SIGHUP
    }

    [Fact]
    public void Accounts_AreFoundByNameAndNumber()
    {
        UserAccount root = UserAccount.Find("root")!;
        Assert.Equal((0u, 0u, "/root"), (root.UserId, root.GroupId, root.Home));
        Assert.Equal(root, UserAccount.Find(0));
        Assert.Contains(0u, root.Groups());
        Assert.Null(UserAccount.Find("no-such-account"));
        Assert.Null(UserAccount.Find(""));
        Assert.Null(UserAccount.Find("a\0b"));
        Assert.NotNull(UserAccount.Current);
    }

    private static ChildProcessStart Shell(string command) => new() { Program = "/bin/sh", Arguments = ["sh", "-c", command] };

    private static async Task<(string Text, ChildProcess Child)> RunAsync(ChildProcessStart start, bool firstLine = false)
    {
        (DescriptorHandle reader, DescriptorHandle writer) = DescriptorPipe.Create();
        using var output = new PolledDescriptor(reader);
        ChildProcess child;
        using (writer) child = ChildProcess.Start(start with { Output = writer, Error = writer });
        return (firstLine ? (await ReadUntilAsync(output, "\n")).Trim() : await ReadToEndAsync(output), child);
    }

    private static async Task<string> ReadUntilAsync(PolledDescriptor from, string wanted)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().Contains(wanted, StringComparison.Ordinal))
        {
            int count = await from.ReadAsync(buffer).AsTask().WaitAsync(Deadline);
            Assert.True(count > 0, $"expected {wanted}, got {text}");
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    private static async Task<string> ReadToEndAsync(PolledDescriptor from)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[4096];
        for (int count; (count = await from.ReadAsync(buffer).AsTask().WaitAsync(Deadline)) > 0;) all.Write(buffer, 0, count);
        return Encoding.UTF8.GetString(all.ToArray());
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // the thread has ended
        }
    }

    private static bool IsRunning(int process) => ReadOrEmpty($"/proc/{process}/stat").Length > 0;

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Deadline, $"expected that {what}");
            await Task.Delay(10);
        }
    }
}

using System.Net;
using Adit.Core;
using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Server.Sessions;

/// <summary>Programs of a server over a connection in memory: what they get, what they leave, and what is refused.</summary>
public sealed class SessionServiceTests
{
    private const int Patience = 60_000;

    [Fact(Timeout = Patience)]
    public async Task EveryExitStatus_IsTold_AndNothingStays()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync(o => o with { MaxSessions = 16 });
        Assert.Equal(3u, (await pair.RunAsync("exit 3")).Exit.Status);
        int descriptors = Directory.GetFiles("/proc/self/fd").Length;
        for (int status = 0; status < 256; status += 8)
        {
            Task<(string, string, SshExit Exit)>[] runs = [.. Enumerable.Range(status, 8).Select(s => pair.RunAsync($"exit {s}"))];
            for (int i = 0; i < runs.Length; i++) Assert.Equal((uint)(status + i), (await runs[i]).Exit.Status);
        }

        // Other tests have descriptors too; a leak here would be some of each run's six.
        await UntilAsync(() => Directory.GetFiles("/proc/self/fd").Length < descriptors + 200, "descriptors are closed");
        await UntilAsync(() => pair.Server.Connection.ChannelCount == 0, "channels are gone");
    }

    [Theory(Timeout = Patience)]
    [InlineData("TERM")]
    [InlineData("KILL")]
    [InlineData("HUP")]
    [InlineData("SEGV")]
    public async Task Signals_AreTold(string name)
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        Assert.Equal(new SshExit(null, name), (await pair.RunAsync($"ulimit -c 0; kill -{name} $$")).Exit);
    }

    [Fact(Timeout = Patience)]
    public async Task Signal_OfTheClient_ReachesTheProgramAndItsChildren()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        await session.ExecuteAsync("trap 'echo got; exit 9' USR1; sh -c 'echo ready; exec sleep 1000' & wait");
        byte[] buffer = new byte[100];
        Assert.Equal(6, await session.Stream.ReadAsync(buffer));
        session.Signal("NOSUCH");
        session.Signal("USR1");
        (string output, _, SshExit exit) = await SessionPair.FinishAsync(session);
        Assert.Equal(("got\n", 9u), (output, exit.Status));
    }

    [Fact(Timeout = Patience)]
    public async Task Streams_AreThree_AndTheirEndsSeparate()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        Assert.Equal(("3\nout\n", "err\n"), await OutputAndError("cat /dev/stdin | wc -l; echo err >&2; echo out", "a\nb\nc\n"));
        // Its end of output comes before its end.
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        await session.ExecuteAsync("exec >&- 2>&-; read line; exit 5");
        Assert.Equal(0, await session.Stream.ReadAsync(new byte[10]));
        await session.Stream.WriteAsync("go\n"u8.ToArray());
        Assert.Equal(5u, (await session.WaitAsync()).Status);

        async Task<(string, string)> OutputAndError(string command, string input)
        {
            (string output, string error, _) = await pair.RunAsync(command, input);
            return (output, error);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task BackgroundChild_ThatHoldsTheOutput_IsWaitedFor()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        (string output, _, SshExit exit) = await pair.RunAsync("(sleep 0.5; echo late) & echo early; exit 4");
        Assert.Equal(("early\nlate\n", 4u), (output, exit.Status));
    }

    [Fact(Timeout = Patience)]
    public async Task Program_ThatReadsNothing_DoesNotHoldUpItsEnd()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        await session.ExecuteAsync("exec true");
        try
        {
            for (int i = 0; i < 100; i++) await session.Stream.WriteAsync(new byte[100_000]);
        }
        catch (TunnelException)
        {
            // It has ended, and the channel with it.
        }

        Assert.Equal(0u, (await session.WaitAsync()).Status);
    }

    [Fact(Timeout = Patience)]
    public async Task ClientThatWantsNoMoreOutput_BreaksTheProgramsPipe()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        await session.ExecuteAsync("exec yes");
        await session.Stream.ReadExactlyAsync(new byte[1_000_000]);
        ((SshChannel)session.Stream).Notify("eow@openssh.com", default);
        (_, string error, SshExit exit) = await SessionPair.FinishAsync(session);
        // With the default action of SIGPIPE it has no time to complain.
        Assert.Equal(("", new SshExit(null, "PIPE")), (error, exit));
    }

    [Fact(Timeout = Patience)]
    public async Task Status_IsTold_AlsoToAClientThatHasClosed()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        await session.ExecuteAsync("exec >&- 2>&-; sleep 0.3; exit 8");
        Assert.Equal(0, await session.Stream.ReadAsync(new byte[10]));
        // As ssh(1) does once both directions have ended.
        await session.Stream.DisposeAsync();
        Assert.Equal(8u, (await session.WaitAsync()).Status);
        await UntilAsync(() => pair.Server.Connection.ChannelCount == 0, "the channel is gone");
    }

    [Fact(Timeout = Patience)]
    public async Task Octets_ComeExactly_BothWays()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        await session.ExecuteAsync("exec cat");
        byte[] sent = new byte[20_000_000];
        new Random(3).NextBytes(sent);
        Task writing = Task.Run(async () =>
        {
            await session.Stream.WriteAsync(sent);
            await session.Stream.CompleteWritesAsync();
        });
        byte[] received = new byte[sent.Length];
        await session.Stream.ReadExactlyAsync(received);
        await writing;
        Assert.Equal(0, await session.Stream.ReadAsync(new byte[1]));
        Assert.True(sent.AsSpan().SequenceEqual(received));
        Assert.Equal(0u, (await session.WaitAsync()).Status);
    }

    [Fact(Timeout = Patience)]
    public async Task ClientThatDoesNotRead_StopsTheProgram()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        string counter = Path.Combine(pair.Home, "count");
        await session.ExecuteAsync($"i=0; while head -c 100000 /dev/zero; do i=$((i+1)); echo $i > {counter}; done");
        // Window and pipe are full once the count stands still.
        string before = "";
        await UntilAsync(
            () =>
            {
                string now = File.Exists(counter) ? File.ReadAllText(counter) : "";
                bool still = now.Length > 0 && now == before;
                before = now;
                return still;
            },
            "the program stands still",
            pause: 400);
        Assert.InRange(int.Parse(before), 1, (SshChannel.MaximumWindow / 100_000) + 20);
    }

    [Fact(Timeout = Patience)]
    public async Task Environment_IsMadeFromNothing()
    {
        System.Environment.SetEnvironmentVariable("ADIT_TEST_SECRET", "must not leak");
        await using SessionPair pair = await SessionPair.ConnectAsync(o => o with
        {
            AcceptEnv = ["LANG", "LC_*"],
            SetEnv = [new("ADMIN", "set")],
            Source = new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.1"), 1234),
            Local = new IPEndPoint(IPAddress.Parse("198.51.100.2"), 22),
            Permissions = new KeyPermissions { Environment = [new("KEY", "first"), new("KEY", "second"), new("OTHER", "no")] },
            PermitUserEnvironment = ["KEY", "HOMEMADE"],
        });
        Directory.CreateDirectory(Path.Combine(pair.Home, ".ssh"));
        File.WriteAllText(Path.Combine(pair.Home, ".ssh", "environment"), "# comment\nHOMEMADE=yes\nLD_PRELOAD=/evil.so\n");
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        session.SetEnvironment("LANG", "C.UTF-8");
        session.SetEnvironment("LC_TIME", "de");
        session.SetEnvironment("LD_PRELOAD", "/evil.so");
        session.SetEnvironment("HOME", "/evil");
        await session.ExecuteAsync("env; pwd");
        (string output, _, _) = await SessionPair.FinishAsync(session);
        string[] lines = output.Split('\n');
        string name = System.Environment.UserName;
        foreach (string wanted in new[]
        {
            "LANG=C.UTF-8", "LC_TIME=de", "ADMIN=set", "KEY=first", "HOMEMADE=yes", $"HOME={pair.Home}", $"USER={name}", $"LOGNAME={name}", $"MAIL=/var/mail/{name}",
            "SHELL=/bin/sh", "SSH_CLIENT=192.0.2.1 1234 22", "SSH_CONNECTION=192.0.2.1 1234 198.51.100.2 22", pair.Home,
        })
        {
            Assert.Contains(wanted, lines);
        }

        Assert.DoesNotContain(lines, l => l.StartsWith("LD_PRELOAD", StringComparison.Ordinal) || l.StartsWith("OTHER", StringComparison.Ordinal) || l.StartsWith("ADIT_TEST", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task ForcedCommand_TakesThePlaceOfAll_AndKnowsWhatWasAskedFor()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync(o => o with
        {
            Permissions = new KeyPermissions { Command = "echo \"forced[$SSH_ORIGINAL_COMMAND]\"" },
            Subsystems = new Dictionary<string, string> { ["sub"] = "echo sub" },
        });
        Assert.Equal("forced[rm -rf /]\n", (await pair.RunAsync("rm -rf /")).Output);
        await using SshSession shell = await SshSession.OpenAsync(pair.Client);
        await shell.StartShellAsync();
        Assert.Equal("forced[]\n", (await SessionPair.FinishAsync(shell)).Output);
        await using SshSession subsystem = await SshSession.OpenAsync(pair.Client);
        await subsystem.StartSubsystemAsync("sub");
        Assert.Equal("forced[echo sub]\n", (await SessionPair.FinishAsync(subsystem)).Output);
    }

    [Fact(Timeout = Patience)]
    public async Task Subsystem_RunsItsCommand_AndNoOther()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync(o => o with { PermitExec = false, PermitShell = false, Subsystems = new Dictionary<string, string> { ["count"] = "wc -c" } });
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        await session.StartSubsystemAsync("count");
        Assert.Equal("5", (await SessionPair.FinishAsync(session, "12345")).Output.Trim());
        await using SshSession other = await SshSession.OpenAsync(pair.Client);
        await Assert.ThrowsAsync<TunnelException>(() => other.StartSubsystemAsync("sftp"));
        await Assert.ThrowsAsync<TunnelException>(() => other.ExecuteAsync("id"));
        await Assert.ThrowsAsync<TunnelException>(() => other.StartShellAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task SecondProgram_OfASession_IsRefused()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        await using SshSession session = await SshSession.OpenAsync(pair.Client);
        await session.ExecuteAsync("read x; echo $x");
        await Assert.ThrowsAsync<TunnelException>(() => session.ExecuteAsync("echo second"));
        await Assert.ThrowsAsync<TunnelException>(() => session.StartShellAsync());
        Assert.Equal("first\n", (await SessionPair.FinishAsync(session, "first\n")).Output);
    }

    [Fact(Timeout = Patience)]
    public async Task MoreSessionsThanPermitted_AreRefused_UntilOneEnds()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync(o => o with { MaxSessions = 2 });
        await using SshSession first = await SshSession.OpenAsync(pair.Client);
        await using SshSession second = await SshSession.OpenAsync(pair.Client);
        await first.ExecuteAsync("cat");
        await Assert.ThrowsAsync<TunnelException>(() => SshSession.OpenAsync(pair.Client));
        await SessionPair.FinishAsync(first);
        await UntilAsync(
            () =>
            {
                try
                {
                    _ = SshSession.OpenAsync(pair.Client).GetAwaiter().GetResult();
                    return true;
                }
                catch (TunnelException)
                {
                    return false;
                }
            },
            "a session may open again");
    }

    [Fact(Timeout = Patience)]
    public async Task Terminal_HasItsTypeSizeAndModes()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        SshChannel? channel = null;
        await using SshSession session = await OpenTerminalAsync(pair, c => channel = c);
        await session.ExecuteAsync("stty -a; stty size; echo $TERM; test \"$SSH_TTY\" = \"$(tty)\" && echo same; read line; stty size; exit 6");
        string text = await ReadUntilAsync(session, "same");
        Assert.Contains("24 80", text, StringComparison.Ordinal);
        Assert.Contains("intr = ^B", text, StringComparison.Ordinal);
        Assert.Contains(" -echo ", text, StringComparison.Ordinal);
        Assert.Contains("vt220", text, StringComparison.Ordinal);
        Assert.True(await channel!.RequestAsync("window-change", SshChannel.Encode(new WindowChangeFields(132, 50, 0, 0))));
        await session.Stream.WriteAsync("\n"u8.ToArray());
        Assert.Contains("50 132", await ReadUntilAsync(session, "50 132"), StringComparison.Ordinal);
        Assert.Equal(6u, (await session.WaitAsync()).Status);
    }

    [Fact(Timeout = Patience)]
    public async Task Terminal_IsHungUp_WhenItsChannelIsClosed()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync();
        string mark = Path.Combine(pair.Home, "mark");
        SshSession session = await OpenTerminalAsync(pair);
        await session.ExecuteAsync($"trap 'echo hup > {mark}; exit' HUP; echo ready; while :; do sleep 0.05; done");
        await ReadUntilAsync(session, "ready");
        await session.DisposeAsync();
        await UntilAsync(() => File.Exists(mark) && File.ReadAllText(mark) == "hup\n", "the program is hung up");
    }

    [Fact(Timeout = Patience)]
    public async Task Terminal_AndAgent_ThatTheKeyForbids_AreRefused()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync(o => o with { Permissions = new KeyPermissions { Pty = false, AgentForwarding = false } });
        SshChannel? channel = null;
        await Assert.ThrowsAsync<TunnelException>(() => OpenTerminalAsync(pair, c => channel = c));
        Assert.False(await channel!.RequestAsync("auth-agent-req@openssh.com", default));
        Assert.False(await channel.RequestAsync("x11-req", default));
        Assert.False(await channel.RequestAsync("window-change", SshChannel.Encode(new WindowChangeFields(1, 1, 0, 0))));
        Assert.False(await channel.RequestAsync("break", new byte[] { 0, 0, 0, 0 }));
        Assert.False(await channel.RequestAsync("exec", new byte[] { 1 }));
    }

    [Fact(Timeout = Patience)]
    public async Task LoginShell_HasItsDash_AndMotdIsShownOnATerminalOnly()
    {
        string motd = Path.GetTempFileName();
        File.WriteAllText(motd, "Welcome.\n");
        try
        {
            await using SessionPair pair = await SessionPair.ConnectAsync(o => o with { MotdFile = motd });
            await using SshSession plain = await SshSession.OpenAsync(pair.Client);
            await plain.StartShellAsync();
            Assert.Equal("-sh\n", (await SessionPair.FinishAsync(plain, "echo $0; exit\n")).Output);
            await using SshSession terminal = await OpenTerminalAsync(pair);
            await terminal.StartShellAsync();
            Assert.StartsWith("Welcome.\r\n", await ReadUntilAsync(terminal, "Welcome."), StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(pair.Home, ".hushlogin"), "");
            await using SshSession quiet = await OpenTerminalAsync(pair);
            await quiet.StartShellAsync();
            await quiet.Stream.WriteAsync("echo do''ne; exit\n"u8.ToArray());
            Assert.DoesNotContain("Welcome", await ReadUntilAsync(quiet, "done"), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(motd);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task UsersRc_RunsFirst_UnlessTheKeyForbidsIt()
    {
        foreach (bool permitted in new[] { true, false })
        {
            await using SessionPair pair = await SessionPair.ConnectAsync(o => o with { Permissions = new KeyPermissions { UserRc = permitted } });
            Directory.CreateDirectory(Path.Combine(pair.Home, ".ssh"));
            File.WriteAllText(Path.Combine(pair.Home, ".ssh", "rc"), "echo rc; echo rc-error >&2; cat\n");
            (string output, string error, _) = await pair.RunAsync("cat", "input");
            Assert.Equal(permitted ? ("rc\ninput", "rc-error\n") : ("input", ""), (output, error));
        }
    }

    [Fact(Timeout = Patience)]
    public async Task HomeOrShellThatIsNotThere_IsToldToTheUser()
    {
        await using SessionPair homeless = await SessionPair.ConnectAsync(o => o with { Account = o.Account! with { Home = "/nonexistent/home" } });
        (string output, string error, SshExit exit) = await homeless.RunAsync("pwd");
        Assert.Equal(("/\n", 0u), (output, exit.Status));
        Assert.Contains("Could not chdir to home directory /nonexistent/home", error, StringComparison.Ordinal);
        await using SessionPair shellless = await SessionPair.ConnectAsync(o => o with { Account = o.Account! with { Shell = "/nonexistent/shell" } });
        (output, error, exit) = await shellless.RunAsync("pwd");
        Assert.Equal(("", 1u), (output, exit.Status));
        Assert.Contains("/nonexistent/shell: No such file or directory", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task ExpiredKey_StartsNothingMore()
    {
        await using SessionPair pair = await SessionPair.ConnectAsync(o => o with { Permissions = new KeyPermissions { ExpiryTime = DateTimeOffset.UtcNow.AddDays(-1) } });
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => SshSession.OpenAsync(pair.Client));
        Assert.Equal(TunnelError.PermissionDenied, refused.Error);
    }

    private static async Task<SshSession> OpenTerminalAsync(SessionPair pair, Action<SshChannel>? opened = null)
    {
        SshSession session = await SshSession.OpenAsync(pair.Client);
        var channel = (SshChannel)session.Stream;
        opened?.Invoke(channel);
        byte[] modes = SshChannel.Encode(new TerminalModes([(1, 2u), (53, 0u)])); // VINTR ^B, ECHO off
        return await channel.RequestAsync("pty-req", SshChannel.Encode(new PtyReqFields("vt220", 80, 24, 0, 0, modes)))
            ? session
            : throw new TunnelException(TunnelError.PermissionDenied, "pty-req");
    }

    private static async Task<string> ReadUntilAsync(SshSession session, string wanted)
    {
        string text = "";
        byte[] buffer = new byte[4096];
        while (!text.Contains(wanted, StringComparison.Ordinal))
        {
            int count = await session.Stream.ReadAsync(buffer);
            Assert.True(count > 0, $"expected {wanted}, got {text}");
            text += System.Text.Encoding.UTF8.GetString(buffer, 0, count);
        }

        return text;
    }

    private static async Task UntilAsync(Func<bool> holds, string what, int pause = 20)
    {
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (!await Task.Run(holds))
        {
            Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"expected that {what}");
            await Task.Delay(pause);
        }
    }
}

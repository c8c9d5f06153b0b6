using Adit.Platform.Descriptors;
using Adit.Ssh.Multiplexing;
using Adit.TestKit.Time;
using Adit.Wire.SshMux;

namespace Adit.Ssh.Tests.Multiplexing;

/// <summary>Master and client over a real control socket; the connection behind it is in memory.</summary>
public sealed class ControlMasterTests
{
    private const int Patience = 30_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task Check_TellsThePid_AndTheSocketIsTheUsersAlone()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using ControlClient client = await pair.ConnectAsync();
        Assert.Equal((uint)Environment.ProcessId, await client.CheckAsync(Token));
        Assert.Equal((uint)Environment.ProcessId, await client.CheckAsync(Token));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(pair.Path));
        Assert.Equal([pair.Path], Directory.GetFileSystemEntries(Path.GetDirectoryName(pair.Path)!));
    }

    [Fact(Timeout = Patience)]
    public async Task Session_CarriesAllThreeStreams_AndTheExitStatus()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using ControlClient client = await pair.ConnectAsync();
        (ControlReply reply, DescriptorHandle input, DescriptorHandle output, DescriptorHandle error) =
            await MasterPair.OpenAsync(client, new MuxNewSessionMessage { Command = "run \u00fc"u8.ToArray(), Environment = ["LANG=C", "SECRET=x"] });
        Assert.Equal(ControlOutcome.Done, reply.Outcome);
        byte[] sent = Channels.StreamChecks.Octets(1, 1_000_000);
        Task<byte[]> got = ReadAsync(output);
        Task<byte[]> word = ReadAsync(error);
        using (var writer = new PolledDescriptor(input)) await writer.WriteAsync(sent, Token);
        Assert.Equal(7u, await client.WaitAsync(cancellationToken: Token));
        Assert.Equal(sent, await got);
        Assert.Equal("word"u8.ToArray(), await word);
        Assert.Contains(pair.Requests, r => r.Type == "exec" && r.Fields.AsSpan().EndsWith("run \u00fc"u8));
        Assert.Single(pair.Requests, r => r.Type == "env");
    }

    [Fact(Timeout = Patience)]
    public async Task RegularFiles_AreReadAndWrittenToTheEnd()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using ControlClient client = await pair.ConnectAsync();
        string folder = Path.GetDirectoryName(pair.Path)!;
        byte[] sent = Channels.StreamChecks.Octets(2, 300_000);
        await File.WriteAllBytesAsync(Path.Combine(folder, "in"), sent, Token);
        using (FileStream input = File.OpenRead(Path.Combine(folder, "in")))
        using (FileStream output = File.Create(Path.Combine(folder, "out")))
        using (FileStream error = File.Create(Path.Combine(folder, "err")))
        {
            ControlReply reply = await client.OpenSessionAsync(new MuxNewSessionMessage(), (Number(input), Number(output), Number(error)), Token);
            Assert.Equal(ControlOutcome.Done, reply.Outcome);
            Assert.Equal(7u, await client.WaitAsync(cancellationToken: Token));
        }

        Assert.Equal(sent, await File.ReadAllBytesAsync(Path.Combine(folder, "out"), Token));
        Assert.Equal("word", await File.ReadAllTextAsync(Path.Combine(folder, "err"), Token));
    }

    [Fact(Timeout = Patience)]
    public async Task RefusedTerminalAndCommand_AreToldOnStandardError_AndThereIsNoStatus()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using ControlClient client = await pair.ConnectAsync();
        (ControlReply reply, DescriptorHandle input, DescriptorHandle output, DescriptorHandle error) =
            await MasterPair.OpenAsync(client, new MuxNewSessionMessage { WantTty = true, Terminal = "xterm", Command = "refuse"u8.ToArray() });
        using (input)
        {
            Task<byte[]> nothing = ReadAsync(output);
            Task<byte[]> told = ReadAsync(error);
            int refusals = 0;
            Assert.Null(await client.WaitAsync(() => refusals++, Token));
            Assert.Equal(1, refusals);
            Assert.Empty(await nothing);
            string text = System.Text.Encoding.UTF8.GetString(await told);
            Assert.Contains($"PTY allocation request failed on channel {reply.Value}", text, StringComparison.Ordinal);
            Assert.Contains($"exec request failed on channel {reply.Value}", text, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task ClientThatLeaves_EndsItsSession_AndNoOther()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using ControlClient stays = await pair.ConnectAsync();
        ControlClient leaves = await pair.ConnectAsync();
        (_, DescriptorHandle input, DescriptorHandle output, DescriptorHandle error) = await MasterPair.OpenAsync(stays, new MuxNewSessionMessage());
        (_, DescriptorHandle otherInput, DescriptorHandle otherOutput, DescriptorHandle otherError) = await MasterPair.OpenAsync(leaves, new MuxNewSessionMessage());
        Assert.Equal(2, pair.Connection.Client.Connection.ChannelCount);
        leaves.Dispose();
        Assert.Empty(await ReadAsync(otherOutput));
        otherInput.Dispose();
        otherError.Dispose();
        await Until(() => pair.Connection.Client.Connection.ChannelCount == 1 && pair.Master.ClientCount == 1);
        Task<byte[]> got = ReadAsync(output);
        using (var writer = new PolledDescriptor(input)) await writer.WriteAsync("still"u8.ToArray(), Token);
        Assert.Equal("still"u8.ToArray(), await got);
        Assert.Equal(7u, await stays.WaitAsync(cancellationToken: Token));
        error.Dispose();
    }

    [Fact(Timeout = Patience)]
    public async Task OutputThatNobodyReads_StallsNoOtherSession()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using ControlClient stuck = await pair.ConnectAsync();
        (_, DescriptorHandle input, DescriptorHandle output, DescriptorHandle error) = await MasterPair.OpenAsync(stuck, new MuxNewSessionMessage());
        using (output)
        using (error)
        using (var writer = new PolledDescriptor(input))
        {
            using var give = CancellationTokenSource.CreateLinkedTokenSource(Token);
            Task flood = writer.WriteAsync(new byte[16_000_000], give.Token).AsTask();
            for (int i = 0; i < 5; i++)
            {
                using ControlClient other = await pair.ConnectAsync();
                (_, DescriptorHandle otherInput, DescriptorHandle otherOutput, DescriptorHandle otherError) = await MasterPair.OpenAsync(other, new MuxNewSessionMessage());
                otherInput.Dispose();
                Assert.Empty(await ReadAsync(otherOutput));
                Assert.Equal(7u, await other.WaitAsync(cancellationToken: Token));
                otherError.Dispose();
            }

            Assert.False(flood.IsCompleted);
            await give.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flood);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task StdioForward_RelaysBothWays()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using ControlClient client = await pair.ConnectAsync();
        (DescriptorHandle inputReader, DescriptorHandle input) = DescriptorPipe.Create();
        (DescriptorHandle output, DescriptorHandle outputWriter) = DescriptorPipe.Create();
        ControlReply reply = await client.OpenStdioForwardAsync(new Core.TcpDestination("db", 5432), (inputReader.Number, outputWriter.Number), Token);
        inputReader.Dispose();
        outputWriter.Dispose();
        Assert.Equal(ControlOutcome.Done, reply.Outcome);
        Task<byte[]> got = ReadAsync(output);
        using (var writer = new PolledDescriptor(input)) await writer.WriteAsync("ping"u8.ToArray(), Token);
        Assert.Equal("ping"u8.ToArray(), await got);
        Assert.Null(await client.WaitAsync(cancellationToken: Token));
    }

    [Fact(Timeout = Patience)]
    public async Task Forwards_ComeAndGo()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using ControlClient client = await pair.ConnectAsync();
        var local = new MuxForward(MuxForwardKind.Local, "", 8080, "intranet", 80);
        Assert.Equal(new ControlReply(ControlOutcome.Done), await client.OpenForwardAsync(local, Token));
        Assert.Equal(new ControlReply(ControlOutcome.Done, Value: 40_000), await client.OpenForwardAsync(new(MuxForwardKind.Remote, "", 0, "db", 5432), Token));
        Assert.Equal(new ControlReply(ControlOutcome.Failed, "Port forwarding failed"), await client.OpenForwardAsync(local with { ListenPort = 1 }, Token));
        foreach (MuxForward bad in (MuxForward[])[local with { Kind = (MuxForwardKind)9 }, local with { ConnectPort = 0 }, local with { ListenPort = 70_000 }, new(MuxForwardKind.Dynamic, "/x", MuxForward.SocketPath, "", 0)])
        {
            Assert.Equal(new ControlReply(ControlOutcome.Failed, "Invalid forwarding request"), await client.OpenForwardAsync(bad, Token));
        }

        Assert.Equal(ControlOutcome.Done, (await client.CloseForwardAsync(local, Token)).Outcome);
        Assert.Equal(new ControlReply(ControlOutcome.Failed, "port not forwarded"), await client.CloseForwardAsync(local, Token));
        Assert.Single(pair.Forwards);
    }

    [Fact(Timeout = Patience)]
    public async Task Person_IsAskedBeforeAnythingIsShared()
    {
        var asked = new List<string>();
        await using MasterPair pair = await MasterPair.StartAsync(o => o with
        {
            Permits = (question, _) =>
            {
                asked.Add(question);
                return ValueTask.FromResult(false);
            },
        });
        using ControlClient client = await pair.ConnectAsync();
        var denied = new ControlReply(ControlOutcome.Denied, "Permission denied");
        (ControlReply reply, DescriptorHandle input, DescriptorHandle output, DescriptorHandle error) = await MasterPair.OpenAsync(client, new MuxNewSessionMessage());
        Assert.Equal(denied, reply);
        Assert.Empty(await ReadAsync(output)); // the master holds none of them any more
        input.Dispose();
        error.Dispose();
        Assert.Equal(denied, await client.OpenForwardAsync(new(MuxForwardKind.Dynamic, "", 1080, "socks", 0), Token));
        Assert.Equal(denied, await client.StopListeningAsync(Token));
        Assert.Equal(denied, await client.TerminateAsync(Token));
        Assert.NotNull(await client.CheckAsync(Token));
        Assert.Equal(0, pair.Sessions);
        Assert.Equal(
            ["Allow shared connection to server? ", "Open dynamic forward LOCALHOST:1080 -> * on server?", "Disable further multiplexing on shared connection to server? ", "Terminate shared connection to server? "],
            asked);
    }

    [Theory(Timeout = Patience)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StopListening_RemovesTheSocket_AndLeavesSessionsAlone(bool ends)
    {
        await using MasterPair pair = await MasterPair.StartAsync(o => o with { EndsWhenStopped = ends });
        using ControlClient client = await pair.ConnectAsync();
        (_, DescriptorHandle input, DescriptorHandle output, DescriptorHandle error) = await MasterPair.OpenAsync(client, new MuxNewSessionMessage());
        using (ControlClient other = await pair.ConnectAsync()) Assert.Equal(ControlOutcome.Done, (await other.StopListeningAsync(Token)).Outcome);
        DescriptorException gone = await Assert.ThrowsAsync<DescriptorException>(() => pair.ConnectAsync());
        Assert.Equal($"Control socket connect({pair.Path}): No such file or directory", gone.Message);
        Task<byte[]> got = ReadAsync(output);
        using (var writer = new PolledDescriptor(input)) await writer.WriteAsync("on"u8.ToArray(), Token);
        Assert.Equal("on"u8.ToArray(), await got);
        Assert.Equal(7u, await client.WaitAsync(cancellationToken: Token));
        Assert.False(pair.Master.Ended.IsCompleted); // this client is there still
        error.Dispose();
        client.Dispose();
        await Until(() => pair.Master.ClientCount == 0);
        if (ends) await pair.Master.Ended;
        else Assert.False(pair.Master.Ended.IsCompleted);
    }

    [Fact(Timeout = Patience)]
    public async Task Terminate_EndsTheMaster()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using ControlClient client = await pair.ConnectAsync();
        Assert.Equal(ControlOutcome.Done, (await client.TerminateAsync(Token)).Outcome);
        await pair.Master.Ended;
        Assert.False(File.Exists(pair.Path));
    }

    [Fact(Timeout = Patience)]
    public async Task TakenPath_StaysItsOwners()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        Assert.Null(ControlMaster.TryListen(pair.Master.Options, pair.Connection.Client, pair));
        using ControlClient client = await pair.ConnectAsync();
        Assert.NotNull(await client.CheckAsync(Token));
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(pair.Path)!));
        await pair.Master.DisposeAsync();
        await File.WriteAllTextAsync(pair.Path, "stale", Token);
        Assert.Null(ControlMaster.TryListen(pair.Master.Options, pair.Connection.Client, pair));
    }

    [Fact(Timeout = Patience)]
    public async Task IdleMaster_EndsAfterItsTime_AndNotBefore()
    {
        var time = new VirtualTime();
        await using MasterPair pair = await MasterPair.StartAsync(o => o with { Persist = TimeSpan.FromSeconds(60) }, time);
        time.Advance(TimeSpan.FromSeconds(50));
        using (ControlClient client = await pair.ConnectAsync())
        {
            Assert.NotNull(await client.CheckAsync(Token));
            time.Advance(TimeSpan.FromSeconds(600));
            Assert.False(pair.Master.Ended.IsCompleted);
        }

        await Until(() => pair.Master.ClientCount == 0);
        time.Advance(TimeSpan.FromSeconds(58));
        Assert.False(pair.Master.Ended.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(4));
        await pair.Master.Ended;
        Assert.False(File.Exists(pair.Path));
    }

    internal static async Task<byte[]> ReadAsync(DescriptorHandle from)
    {
        using var reader = new PolledDescriptor(from);
        using var all = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        while (await reader.ReadAsync(buffer, Token) is > 0 and int count) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    internal static async Task Until(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(10, Token);
    }

    private static int Number(FileStream file) => (int)file.SafeFileHandle.DangerousGetHandle();
}

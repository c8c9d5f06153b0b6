using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Ssh.Channels;
using Adit.Ssh.Multiplexing;
using Adit.Ssh.Tests.Channels;
using Adit.Ssh.Tests.Transport;
using Adit.Wire;
using Adit.Wire.Ssh;
using Adit.Wire.SshMux;

namespace Adit.Ssh.Tests.Multiplexing;

/// <summary>A master over a connection in memory, whose server runs one command: it sends its input back, a word to standard error, and ends with 7.</summary>
internal sealed class MasterPair : IControlForwards, IAsyncDisposable
{
    private readonly string _folder;
    private readonly ConnectionPair _pair;

    private MasterPair(string folder, ConnectionPair pair)
    {
        _folder = folder;
        _pair = pair;
    }

    public string Path => System.IO.Path.Combine(_folder, "ctl");

    public ControlMaster Master { get; private set; } = null!;

    public ConnectionPair Connection => _pair;

    /// <summary>Forwards that stand.</summary>
    public List<MuxForward> Forwards { get; } = [];

    /// <summary>What clients asked sessions for: type of the request, and its fields.</summary>
    public List<(string Type, byte[] Fields)> Requests { get; } = [];

    public int Sessions { get; private set; }

    public static async Task<MasterPair> StartAsync(Func<ControlMasterOptions, ControlMasterOptions>? options = null, TimeProvider? time = null)
    {
        string folder = Directory.CreateTempSubdirectory("adit-mux-").FullName;
        MasterPair? made = null;
        var service = new FakeService { Open = (opening, _) => ValueTask.FromResult(made!.Open(opening)) };
        made = new MasterPair(folder, await ConnectionPair.ConnectAsync(service: service));
        var basic = new ControlMasterOptions { Path = made.Path, Host = "server", SendEnvironment = ["LANG"] };
        made.Master = ControlMaster.TryListen(options?.Invoke(basic) ?? basic, made._pair.Client, made, time: time) ?? throw new InvalidOperationException("the path is taken");
        return made;
    }

    public Task<ControlClient> ConnectAsync() => ControlClient.ConnectAsync(Path, TestContext.Current.CancellationToken);

    /// <summary>Opens a session on pipes.</summary>
    public static async Task<(ControlReply Reply, DescriptorHandle Input, DescriptorHandle Output, DescriptorHandle Error)> OpenAsync(ControlClient client, MuxNewSessionMessage session)
    {
        (DescriptorHandle inputReader, DescriptorHandle input) = DescriptorPipe.Create();
        (DescriptorHandle output, DescriptorHandle outputWriter) = DescriptorPipe.Create();
        (DescriptorHandle error, DescriptorHandle errorWriter) = DescriptorPipe.Create();
        using (inputReader)
        using (outputWriter)
        using (errorWriter)
        {
            ControlReply reply = await client.OpenSessionAsync(session, (inputReader.Number, outputWriter.Number, errorWriter.Number), TestContext.Current.CancellationToken);
            return (reply, input, output, error);
        }
    }

    public bool Contains(MuxForward forward) => Forwards.Contains(forward);

    public ValueTask<int> OpenAsync(MuxForward forward, CancellationToken cancellationToken)
    {
        if (forward.ListenPort == 1) throw new TunnelException(TunnelError.PermissionDenied, "Port forwarding failed");
        if (!Forwards.Contains(forward)) Forwards.Add(forward);
        return ValueTask.FromResult(forward is { Kind: MuxForwardKind.Remote, ListenPort: 0 } ? 40_000 : 0);
    }

    public ValueTask CloseAsync(MuxForward forward, CancellationToken cancellationToken) =>
        Forwards.Remove(forward) ? ValueTask.CompletedTask : throw new TunnelException(TunnelError.Unknown, "port not forwarded");

    public async ValueTask DisposeAsync()
    {
        await Master.DisposeAsync();
        await _pair.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private ChannelVerdict Open(ChannelOpening opening)
    {
        if (opening.ChannelType == "direct-tcpip") return ChannelVerdict.Accept(EchoAsync);
        if (opening.ChannelType != "session") return ChannelVerdict.Refuse(ChannelOpenFailureReason.UnknownChannelType, "no");
        Sessions++;
        var started = new TaskCompletionSource();
        return ChannelVerdict.Accept(
            async channel =>
            {
                await started.Task;
                await channel.WriteStandardErrorAsync("word"u8.ToArray());
                await EchoAsync(channel);
                channel.CloseWithExitStatus(7);
            },
            channel => channel.RequestReceived = (type, fields) =>
            {
                lock (Requests) Requests.Add((type, fields.ToArray()));
                if (type == "pty-req") return false;
                if (type is not ("exec" or "shell" or "subsystem")) return false;
                if (type == "exec" && ExecFields.TryDecode(fields.Span, out ExecFields exec, out _) == DecodeStatus.Ok && exec.Command == "refuse") return false;
                started.TrySetResult();
                return true;
            });
    }

    private static async Task EchoAsync(SshChannel channel)
    {
        byte[] buffer = new byte[16 * 1024];
        while (await channel.ReadAsync(buffer) is > 0 and int count) await channel.WriteAsync(buffer.AsMemory(0, count));
        await channel.CompleteWritesAsync();
    }
}

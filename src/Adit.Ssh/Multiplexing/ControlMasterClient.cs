using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Ssh.Channels;
using Adit.Wire.SshMux;

namespace Adit.Ssh.Multiplexing;

/// <summary>A client of a <see cref="ControlMaster"/>: its requests, one after another, and its session if it has one.</summary>
internal sealed class ControlMasterClient(ControlMaster master, ControlSocket socket) : IDisposable
{
    private const string Denied = "Permission denied";
    private const string Refused = "Session open refused by peer";
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PassengerChannel? _passenger;
    private Task _session = Task.CompletedTask;
    private uint _sessionId;

    /// <summary>Serves it until either side ends.</summary>
    /// <exception cref="IOException">The client broke the protocol, or is gone.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await socket.SendAsync(new MuxHelloMessage(MuxHelloMessage.CurrentVersion), cancellationToken).ConfigureAwait(false);
            await ReadHelloAsync(cancellationToken).ConfigureAwait(false);
            while (await socket.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
            {
                if (!await AnswerAsync(message, cancellationToken).ConfigureAwait(false)) break;
            }
        }
        finally
        {
            // Its end is its session's.
            _passenger?.Abort();
            await _session.ConfigureAwait(false);
        }
    }

    /// <summary>Tells its session the size of its terminal.</summary>
    public void ResizeWindow() => _passenger?.ResizeWindow();

    public void Dispose() => socket.Dispose();

    private async Task ReadHelloAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(master.Options.HelloTimeout);
        byte[] message = await socket.ReadAsync(deadline.Token).ConfigureAwait(false) ?? throw new TunnelException(TunnelError.Closed, "expected a hello, got the end");
        if (ControlSocket.TypeOf(message) != MuxMessageType.Hello) throw new TunnelException(TunnelError.ProtocolViolation, "expected a hello, got another message");
        MuxHelloMessage hello = ControlSocket.Decode<MuxHelloMessage>(message);
        if (hello.Version != MuxHelloMessage.CurrentVersion)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, $"unsupported multiplexing protocol version {hello.Version} (expected {MuxHelloMessage.CurrentVersion})");
        }
    }

    /// <returns>Whether more requests may follow.</returns>
    private async ValueTask<bool> AnswerAsync(byte[] message, CancellationToken token)
    {
        switch (ControlSocket.TypeOf(message))
        {
            case MuxMessageType.AliveCheck:
                MuxAliveCheckMessage alive = ControlSocket.Decode<MuxAliveCheckMessage>(message);
                await socket.SendAsync(new MuxAliveMessage(alive.RequestId, (uint)Environment.ProcessId), token).ConfigureAwait(false);
                return true;
            case MuxMessageType.Terminate:
                return await TerminateAsync(ControlSocket.Decode<MuxTerminateMessage>(message).RequestId, token).ConfigureAwait(false);
            case MuxMessageType.StopListening:
                uint stop = ControlSocket.Decode<MuxStopListeningMessage>(message).RequestId;
                if (!await PermitsAsync($"Disable further multiplexing on shared connection to {master.Options.Host}? ", stop, token).ConfigureAwait(false)) return true;
                master.Stop();
                await socket.SendAsync(new MuxOkMessage(stop), token).ConfigureAwait(false);
                return true;
            case MuxMessageType.OpenForward:
                await OpenForwardAsync(ControlSocket.Decode<MuxOpenForwardMessage>(message), token).ConfigureAwait(false);
                return true;
            case MuxMessageType.CloseForward:
                await CloseForwardAsync(ControlSocket.Decode<MuxCloseForwardMessage>(message), token).ConfigureAwait(false);
                return true;
            case MuxMessageType.NewSession:
                return await OpenSessionAsync(ControlSocket.Decode<MuxNewSessionMessage>(message), token).ConfigureAwait(false);
            case MuxMessageType.NewStdioForward:
                return await OpenStdioForwardAsync(ControlSocket.Decode<MuxNewStdioForwardMessage>(message), token).ConfigureAwait(false);
            case null or MuxMessageType.Hello:
                throw new TunnelException(TunnelError.ProtocolViolation, "expected a request, got another message");
            default:
                // Every request begins with its number.
                if (message.Length < 8) throw new TunnelException(TunnelError.ProtocolViolation, "expected a request with its number, got less");
                uint unknown = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(4));
                await socket.SendAsync(new MuxFailureMessage(unknown, "unsupported request"), token).ConfigureAwait(false);
                return true;
        }
    }

    /// <summary>Asks the person at the master, where one is to be asked; tells the client of a refusal.</summary>
    private async ValueTask<bool> PermitsAsync(string question, uint request, CancellationToken token)
    {
        if (master.Options.Permits is not { } ask || await ask(question, token).ConfigureAwait(false)) return true;
        await socket.SendAsync(new MuxPermissionDeniedMessage(request, Denied), token).ConfigureAwait(false);
        return false;
    }

    private async ValueTask<bool> TerminateAsync(uint request, CancellationToken token)
    {
        if (!await PermitsAsync($"Terminate shared connection to {master.Options.Host}? ", request, token).ConfigureAwait(false)) return true;
        // Gone before the answer: whoever has read it finds no socket any more.
        master.StopListening();
        await socket.SendAsync(new MuxOkMessage(request), token).ConfigureAwait(false);
        master.End();
        return true;
    }

    private async ValueTask OpenForwardAsync(MuxOpenForwardMessage message, CancellationToken token)
    {
        MuxForward forward = message.Forward;
        bool isNew = IsValid(forward) && !master.Forwards.Contains(forward);
        if (isNew && !await PermitsAsync($"Open {Describe(forward)} on {master.Options.Host}?", message.RequestId, token).ConfigureAwait(false)) return;
        try
        {
            if (!IsValid(forward)) throw new TunnelException(TunnelError.ProtocolViolation, "Invalid forwarding request");
            int port = await master.Forwards.OpenAsync(forward, token).ConfigureAwait(false);
            if (port == 0) await socket.SendAsync(new MuxOkMessage(message.RequestId), token).ConfigureAwait(false);
            else await socket.SendAsync(new MuxRemotePortMessage(message.RequestId, (uint)port), token).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            await socket.SendAsync(new MuxFailureMessage(message.RequestId, e.Message), token).ConfigureAwait(false);
        }
    }

    private async ValueTask CloseForwardAsync(MuxCloseForwardMessage message, CancellationToken token)
    {
        try
        {
            await master.Forwards.CloseAsync(message.Forward, token).ConfigureAwait(false);
            await socket.SendAsync(new MuxOkMessage(message.RequestId), token).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            await socket.SendAsync(new MuxFailureMessage(message.RequestId, e.Message), token).ConfigureAwait(false);
        }
    }

    private static bool IsValid(MuxForward forward)
    {
        bool listens = forward.ListenPort is <= 65535 || (forward.ListenPort == MuxForward.SocketPath && forward.ListenHost.Length > 0);
        bool connects = forward.ConnectPort is <= 65535 or MuxForward.SocketPath && forward.ConnectHost.Length > 0;
        return forward.Kind switch
        {
            MuxForwardKind.Local => listens && connects && forward.ConnectPort != 0,
            MuxForwardKind.Remote => listens && connects,
            MuxForwardKind.Dynamic => forward.ListenPort <= 65535,
            _ => false,
        };
    }

    private static string Describe(MuxForward forward)
    {
        string listen = forward.ListenPort == MuxForward.SocketPath ? forward.ListenHost : $"{(forward.ListenHost.Length == 0 ? "LOCALHOST" : forward.ListenHost)}:{forward.ListenPort}";
        string connect = forward.ConnectPort == MuxForward.SocketPath ? forward.ConnectHost : $"{forward.ConnectHost}:{forward.ConnectPort}";
        return forward.Kind switch
        {
            MuxForwardKind.Local => $"local forward {listen} -> {connect}",
            MuxForwardKind.Remote => $"remote forward {listen} -> {connect}",
            _ => $"dynamic forward {listen} -> *",
        };
    }

    private async ValueTask<bool> OpenSessionAsync(MuxNewSessionMessage message, CancellationToken token)
    {
        if (await ReceiveDescriptorsAsync(3, token).ConfigureAwait(false) is not { } streams)
        {
            await socket.SendAsync(new MuxFailureMessage(message.RequestId, "did not receive file descriptors"), token).ConfigureAwait(false);
            return false;
        }

        if (!await MayOpenAsync(message.RequestId, $"Allow shared connection to {master.Options.Host}? ", streams, token).ConfigureAwait(false)) return true;
        await StartAsync(
            message.RequestId,
            () => PassengerSession.OpenAsync(master, message, streams, TellNoTerminalAsync, token),
            streams,
            token).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> OpenStdioForwardAsync(MuxNewStdioForwardMessage message, CancellationToken token)
    {
        if (message.Port is > 65535 and not MuxForward.SocketPath) throw new TunnelException(TunnelError.ProtocolViolation, $"stdio forward: port: expected at most 65535, got {message.Port}");
        if (await ReceiveDescriptorsAsync(2, token).ConfigureAwait(false) is not { } streams)
        {
            await socket.SendAsync(new MuxFailureMessage(message.RequestId, "did not receive file descriptors"), token).ConfigureAwait(false);
            return false;
        }

        bool isPath = message.Port == MuxForward.SocketPath;
        string question = isPath ? $"Allow forward to path {message.Host}" : $"Allow forward to [{message.Host}]:{message.Port}? ";
        if (!await MayOpenAsync(message.RequestId, question, streams, token).ConfigureAwait(false)) return true;
        Destination target = isPath ? new UnixDestination(message.Host) : new TcpDestination(message.Host, (int)message.Port);
        await StartAsync(
            message.RequestId,
            async () => new PassengerChannel((SshChannel)await master.Client.DialAsync(new DialRequest(target), token).ConfigureAwait(false), streams),
            streams,
            token).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> MayOpenAsync(uint request, string question, DescriptorHandle[] streams, CancellationToken token)
    {
        bool may = false;
        if (_passenger is not null) await socket.SendAsync(new MuxFailureMessage(request, "Multiple sessions not supported"), token).ConfigureAwait(false);
        else may = await PermitsAsync(question, request, token).ConfigureAwait(false);
        if (!may) Array.ForEach(streams, s => s.Dispose());
        return may;
    }

    private async ValueTask StartAsync(uint request, Func<Task<PassengerChannel>> open, DescriptorHandle[] streams, CancellationToken token)
    {
        PassengerChannel passenger;
        try
        {
            passenger = await open().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Array.ForEach(streams, s => s.Dispose());
            if (e is not IOException) throw;
            await socket.SendAsync(new MuxFailureMessage(request, Refused), token).ConfigureAwait(false);
            return;
        }

        _sessionId = passenger.Id;
        _passenger = passenger;
        try
        {
            await socket.SendAsync(new MuxSessionOpenedMessage(request, _sessionId), token).ConfigureAwait(false);
        }
        finally
        {
            _opened.TrySetResult();
            _session = RunSessionAsync(passenger); // also where the client is gone already: it lets go of everything
        }
    }

    private async Task RunSessionAsync(PassengerChannel passenger)
    {
        await using (passenger.ConfigureAwait(false)) await passenger.RunAsync().ConfigureAwait(false);
        if (passenger.ExitStatus is { } status) await SendQuietly(new MuxExitMessage(_sessionId, status)).ConfigureAwait(false);
        // The client waits for this end.
        socket.EndWrites();
    }

    /// <summary>The client knows no session before it is told that it is open.</summary>
    private async Task TellNoTerminalAsync(uint session)
    {
        await _opened.Task.ConfigureAwait(false);
        await SendQuietly(new MuxTtyAllocFailMessage(session)).ConfigureAwait(false);
    }

    private async Task SendQuietly<T>(T message)
        where T : IMuxMessage<T>
    {
        try
        {
            await socket.SendAsync(message, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is gone, and RunAsync will see it.
        }
    }

    private async ValueTask<DescriptorHandle[]?> ReceiveDescriptorsAsync(int count, CancellationToken token)
    {
        var received = new List<DescriptorHandle>();
        while (received.Count < count && await socket.ReceiveDescriptorAsync(token).ConfigureAwait(false) is { } descriptor) received.Add(descriptor);
        if (received.Count == count) return [.. received];
        received.ForEach(d => d.Dispose());
        return null;
    }
}

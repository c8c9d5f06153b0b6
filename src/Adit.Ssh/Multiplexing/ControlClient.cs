using System.Net.Sockets;
using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Wire.SshMux;

namespace Adit.Ssh.Multiplexing;

/// <summary>A client of a master (OpenSSH's or ours) on its control socket. One request at a time; disposing it ends its session.</summary>
public sealed class ControlClient : IDisposable
{
    private readonly ControlSocket _socket;
    private uint _request;

    private ControlClient(ControlSocket socket) => _socket = socket;

    /// <summary>Connects to a master and exchanges hellos.</summary>
    /// <param name="path">The control socket.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DescriptorException">Nobody is there: its number is connect(2)'s, its message ssh(1)'s.</exception>
    /// <exception cref="TunnelException">Who is there does not speak the protocol; or the path is too long.</exception>
    public static async Task<ControlClient> ConnectAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            // .NET tells a missing file as an address that cannot be assigned, which no unix socket has.
            int error = e.SocketErrorCode == SocketError.AddressNotAvailable ? DescriptorException.NoSuchFile : e.NativeErrorCode;
            throw new DescriptorException($"Control socket connect({path})", error);
        }
        catch (ArgumentException e)
        {
            socket.Dispose();
            throw new TunnelException(TunnelError.BadConfiguration, $"ControlPath too long ('{path}' >= 108 bytes)", null, e);
        }

        var control = new ControlSocket(socket);
        try
        {
            await control.SendAsync(new MuxHelloMessage(MuxHelloMessage.CurrentVersion), cancellationToken).ConfigureAwait(false);
            byte[]? answer = await control.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (answer is null || ControlSocket.TypeOf(answer) != MuxMessageType.Hello) throw new TunnelException(TunnelError.ProtocolViolation, $"{path}: expected a master's hello, got {(answer is null ? "the end" : "another message")}");
            MuxHelloMessage hello = ControlSocket.Decode<MuxHelloMessage>(answer);
            return hello.Version == MuxHelloMessage.CurrentVersion
                ? new ControlClient(control)
                : throw new TunnelException(TunnelError.NotSupported, $"Unsupported multiplexing protocol version {hello.Version} (expected {MuxHelloMessage.CurrentVersion})");
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <summary>Asks whether the master lives.</summary>
    /// <returns>Its pid; null when it does not answer.</returns>
    public async Task<uint?> CheckAsync(CancellationToken cancellationToken = default)
    {
        await _socket.SendAsync(new MuxAliveCheckMessage(_request), cancellationToken).ConfigureAwait(false);
        byte[]? answer = await _socket.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (answer is null) return null;
        MuxAliveMessage alive = ControlSocket.Decode<MuxAliveMessage>(answer);
        Judge(alive.RequestId);
        return alive.ProcessId;
    }

    /// <summary>Tells the master to end.</summary>
    /// <exception cref="TunnelException">It broke the protocol.</exception>
    public Task<ControlReply> TerminateAsync(CancellationToken cancellationToken = default) => AskAsync(new MuxTerminateMessage(_request), cancellationToken);

    /// <summary>Tells the master to take no more clients.</summary>
    /// <exception cref="TunnelException">It broke the protocol.</exception>
    public Task<ControlReply> StopListeningAsync(CancellationToken cancellationToken = default) => AskAsync(new MuxStopListeningMessage(_request), cancellationToken);

    /// <summary>Asks for a forward.</summary>
    /// <exception cref="TunnelException">The master broke the protocol.</exception>
    public Task<ControlReply> OpenForwardAsync(MuxForward forward, CancellationToken cancellationToken = default) =>
        AskAsync(new MuxOpenForwardMessage(_request, forward), cancellationToken);

    /// <summary>Asks for the end of a forward.</summary>
    /// <exception cref="TunnelException">The master broke the protocol.</exception>
    public Task<ControlReply> CloseForwardAsync(MuxForward forward, CancellationToken cancellationToken = default) =>
        AskAsync(new MuxCloseForwardMessage(_request, forward), cancellationToken);

    /// <summary>Asks for a session on descriptors of this process; they stay this process's too.</summary>
    /// <param name="session">What to run and how; its request number is set here.</param>
    /// <param name="streams">Standard input, output and error.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The master broke the protocol, or is gone.</exception>
    public async Task<ControlReply> OpenSessionAsync(MuxNewSessionMessage session, (int Input, int Output, int Error) streams, CancellationToken cancellationToken = default)
    {
        await _socket.SendAsync(session with { RequestId = _request }, cancellationToken).ConfigureAwait(false);
        await _socket.SendDescriptorAsync(streams.Input, cancellationToken).ConfigureAwait(false);
        await _socket.SendDescriptorAsync(streams.Output, cancellationToken).ConfigureAwait(false);
        await _socket.SendDescriptorAsync(streams.Error, cancellationToken).ConfigureAwait(false);
        return await ReadReplyAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks to join descriptors of this process with a connection from the server.</summary>
    /// <param name="target">What the server connects to.</param>
    /// <param name="streams">Standard input and output.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The master broke the protocol, or is gone.</exception>
    public async Task<ControlReply> OpenStdioForwardAsync(Destination target, (int Input, int Output) streams, CancellationToken cancellationToken = default)
    {
        (string host, uint port) = target switch
        {
            TcpDestination tcp => (tcp.Host, (uint)tcp.Port),
            UnixDestination unix => (unix.Path, MuxForward.SocketPath),
            _ => throw new ArgumentException($"control socket: {target}: expected a TCP or unix destination", nameof(target)),
        };
        await _socket.SendAsync(new MuxNewStdioForwardMessage(_request, host, port), cancellationToken).ConfigureAwait(false);
        await _socket.SendDescriptorAsync(streams.Input, cancellationToken).ConfigureAwait(false);
        await _socket.SendDescriptorAsync(streams.Output, cancellationToken).ConfigureAwait(false);
        return await ReadReplyAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the end of the session.</summary>
    /// <param name="terminalRefused">Called when the server gave the session no terminal.</param>
    /// <param name="cancellationToken">Gives up; disposing then ends the session.</param>
    /// <returns>The exit status; null when the master told none.</returns>
    /// <exception cref="TunnelException">The master broke the protocol.</exception>
    public async Task<uint?> WaitAsync(Action? terminalRefused = null, CancellationToken cancellationToken = default)
    {
        uint? status = null;
        while (await _socket.ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
        {
            switch (ControlSocket.TypeOf(message))
            {
                case MuxMessageType.TtyAllocFail:
                    terminalRefused?.Invoke();
                    break;
                case MuxMessageType.Exit:
                    status = ControlSocket.Decode<MuxExitMessage>(message).Status;
                    break;
                default:
                    throw Unexpected(message);
            }
        }

        return status;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task<ControlReply> AskAsync<T>(T request, CancellationToken cancellationToken)
        where T : IMuxMessage<T>
    {
        await _socket.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return await ReadReplyAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<ControlReply> ReadReplyAsync(CancellationToken cancellationToken)
    {
        byte[]? answer = await _socket.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (answer is null) return new ControlReply(ControlOutcome.Gone, "Broken pipe");
        (uint number, ControlReply reply) = ControlSocket.TypeOf(answer) switch
        {
            MuxMessageType.Ok => (ControlSocket.Decode<MuxOkMessage>(answer).RequestId, new ControlReply(ControlOutcome.Done)),
            MuxMessageType.SessionOpened when ControlSocket.Decode<MuxSessionOpenedMessage>(answer) is var m => (m.RequestId, new ControlReply(ControlOutcome.Done, Value: m.SessionId)),
            MuxMessageType.RemotePort when ControlSocket.Decode<MuxRemotePortMessage>(answer) is var m => (m.RequestId, new ControlReply(ControlOutcome.Done, Value: m.Port)),
            MuxMessageType.PermissionDenied when ControlSocket.Decode<MuxPermissionDeniedMessage>(answer) is var m => (m.RequestId, new ControlReply(ControlOutcome.Denied, m.Reason)),
            MuxMessageType.Failure when ControlSocket.Decode<MuxFailureMessage>(answer) is var m => (m.RequestId, new ControlReply(ControlOutcome.Failed, m.Reason)),
            _ => throw Unexpected(answer),
        };
        Judge(number);
        return reply;
    }

    private void Judge(uint answered)
    {
        if (answered != _request) throw new TunnelException(TunnelError.ProtocolViolation, $"out of sequence reply: my id {_request} theirs {answered}");
        _request++;
    }

    private static TunnelException Unexpected(byte[] message) =>
        new(TunnelError.ProtocolViolation, $"unexpected response from master 0x{(uint)(ControlSocket.TypeOf(message) ?? 0):x8}");
}

using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Client;

/// <summary>A session channel (RFC 4254 §6): one command, shell or subsystem at the server. Disposing closes it.</summary>
public sealed partial class SshSession : IAsyncDisposable
{
    private readonly SshChannel _channel;
    private SshExit _exit = new(null, null);

    private SshSession(SshChannel channel) => _channel = channel;

    /// <summary>Standard input and output: completing its writes ends the input.</summary>
    public DuplexStream Stream => _channel;

    /// <summary>Reads standard error; 0 at its end. It shares its window with standard output: read both.</summary>
    public ValueTask<int> ReadStandardErrorAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _channel.ReadStandardErrorAsync(buffer, cancellationToken);

    /// <summary>Opens a session that runs nothing yet.</summary>
    /// <exception cref="TunnelException">The server refused.</exception>
    public static async Task<SshSession> OpenAsync(SshClient client, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        SshSession? session = null;
        await client.Connection.OpenChannelAsync(
            "session",
            default,
            channel =>
            {
                session = new SshSession(channel);
                channel.RequestReceived = session.OnRequest;
                _ = channel.StandardErrorInbox();
            },
            cancellationToken).ConfigureAwait(false);
        return session!;
    }

    /// <summary>Offers a variable of the environment; the server takes those that it allows.</summary>
    public void SetEnvironment(string name, string value) => _channel.Notify("env", SshChannel.Encode(new EnvFields(name, value)));

    /// <summary>Runs a command.</summary>
    /// <exception cref="TunnelException">The server refused.</exception>
    public Task ExecuteAsync(string command, CancellationToken cancellationToken = default) =>
        StartAsync("exec", SshChannel.Encode(new ExecFields(command)), "exec request failed", cancellationToken);

    /// <summary>Runs the user's shell; on a terminal where one was asked for before.</summary>
    /// <exception cref="TunnelException">The server refused.</exception>
    public Task StartShellAsync(CancellationToken cancellationToken = default) => StartAsync("shell", default, "shell request failed", cancellationToken);

    /// <summary>Runs a subsystem, such as <c>sftp</c>.</summary>
    /// <exception cref="TunnelException">The server refused.</exception>
    public Task StartSubsystemAsync(string name, CancellationToken cancellationToken = default) =>
        StartAsync("subsystem", SshChannel.Encode(new SubsystemFields(name)), "subsystem request failed", cancellationToken);

    /// <summary>Sends a signal, named without SIG (RFC 4254 §6.9).</summary>
    public void Signal(string name) => _channel.Notify("signal", SshChannel.Encode(new SignalFields(name)));

    /// <summary>
    /// Tells the server that nobody takes the command's output any more, so that it sees a broken pipe (eow@openssh.com, OpenSSH PROTOCOL §2.1). What is on
    /// its way is still to be read. A server that does not know it lets the command go on.
    /// </summary>
    public void EndOutput() => _channel.Notify("eow@openssh.com", default);

    /// <summary>Waits until the command has ended and its channel is closed. What it printed can still be read afterwards.</summary>
    public async Task<SshExit> WaitAsync(CancellationToken cancellationToken = default)
    {
        await _channel.Closed.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _exit;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    private async Task StartAsync(string request, ReadOnlyMemory<byte> fields, string failure, CancellationToken cancellationToken)
    {
        if (!await _channel.RequestAsync(request, fields, cancellationToken).ConfigureAwait(false))
        {
            throw new TunnelException(TunnelError.PermissionDenied, $"{failure} on channel {_channel.Id}");
        }
    }

    private bool OnRequest(string type, ReadOnlyMemory<byte> fields)
    {
        switch (type)
        {
            case "exit-status" when ExitStatusFields.TryDecode(fields.Span, out ExitStatusFields status, out _) == DecodeStatus.Ok:
                _exit = new SshExit(status.Status, null);
                return true;
            case "exit-signal" when ExitSignalFields.TryDecode(fields.Span, out ExitSignalFields signal, out _) == DecodeStatus.Ok:
                _exit = new SshExit(null, new string([.. signal.SignalName.Take(32).Select(c => char.IsControl(c) ? '?' : c)]));
                return true;
            default:
                return false;
        }
    }
}

using Adit.Platform.Descriptors;
using Adit.Platform.Libc;
using Adit.Ssh.Channels;
using Adit.Ssh.Config;
using Adit.Wire;
using Adit.Wire.Ssh;
using Adit.Wire.SshMux;

namespace Adit.Ssh.Multiplexing;

/// <summary>A session (RFC 4254 §6) on a client's standard streams. The client has put its terminal into raw mode by the time it runs; this side reads its size.</summary>
internal sealed class PassengerSession : PassengerChannel
{
    private readonly bool _hasTerminal;
    private WindowSize _size;

    private PassengerSession(SshChannel channel, DescriptorHandle[] streams, bool hasTerminal)
        : base(channel, streams)
    {
        _hasTerminal = hasTerminal;
        WindowSize.TryGet(Terminal, out _size);
    }

    /// <summary>Opens a session and asks for what the client wants; the server's answers come later.</summary>
    /// <param name="master">The master.</param>
    /// <param name="message">What the client wants.</param>
    /// <param name="streams">Its standard streams; owned from here on, unless this fails.</param>
    /// <param name="refused">Called with the session when the server gives no terminal.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The server refused, or the connection is gone.</exception>
    public static async Task<PassengerChannel> OpenAsync(
        ControlMaster master, MuxNewSessionMessage message, DescriptorHandle[] streams, Func<uint, Task> refused, CancellationToken cancellationToken)
    {
        // Before the answer, after which the client changes them.
        bool hasSettings = Termios.TryGet(streams[0], out Termios settings);
        byte[] modes = message.WantTty && hasSettings ? SshChannel.Encode(new TerminalModes(settings.ToModes())) : [0];
        PassengerSession? session = null;
        await master.Client.Connection.OpenChannelAsync(
            "session",
            default,
            channel =>
            {
                session = new PassengerSession(channel, streams, message.WantTty);
                channel.RequestReceived = session.OnRequest;
                _ = channel.StandardErrorInbox();
            },
            cancellationToken).ConfigureAwait(false);
        session!.Request(master.Options, message, modes, refused);
        return session;
    }

    /// <inheritdoc/>
    public override void ResizeWindow()
    {
        if (!_hasTerminal || !WindowSize.TryGet(Terminal, out WindowSize size) || size == _size) return;
        _size = size;
        Channel.Notify("window-change", SshChannel.Encode(new WindowChangeFields(size.Columns, size.Rows, size.WidthPixels, size.HeightPixels)));
    }

    private void Request(ControlMasterOptions options, MuxNewSessionMessage message, byte[] modes, Func<uint, Task> refused)
    {
        if (message.WantAgent && options.ForwardsAgent) Channel.Notify("auth-agent-req@openssh.com", default);
        Task told = Task.CompletedTask;
        if (message.WantTty)
        {
            Task<bool> terminal = Channel.RequestAsync("pty-req", SshChannel.Encode(new PtyReqFields(
                message.Terminal, _size.Columns, _size.Rows, _size.WidthPixels, _size.HeightPixels, modes))).AsTask();
            told = TellRefusedAsync(terminal, refused);
        }

        foreach ((string set, string value) in options.SetEnvironment) Channel.Notify("env", SshChannel.Encode(new EnvFields(set, value)));
        foreach (string variable in message.Environment ?? [])
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            string name = equals > 0 ? variable[..equals] : "";
            if (name.Length == 0 || !options.SendEnvironment.Any(pattern => SshPattern.IsMatch(name, pattern))) continue;
            Channel.Notify("env", SshChannel.Encode(new EnvFields(name, variable[(equals + 1)..])));
        }

        string what = message.IsSubsystem ? "subsystem" : message.Command.IsEmpty ? "shell" : "exec";
        byte[] command = new byte[message.Command.IsEmpty ? 0 : 4 + message.Command.Length];
        if (command.Length > 0) new SshWriter(command).WriteString(message.Command.Span); // octets as they were typed, whatever they stand for
        Told = EndRefusedAsync(Channel.RequestAsync(what, command).AsTask(), what, told);
    }

    private async Task TellRefusedAsync(Task<bool> terminal, Func<uint, Task> refused)
    {
        if (await terminal.ConfigureAwait(false) || Channel.Closed.IsCompleted) return;
        await TellAsync($"PTY allocation request failed on channel {Id}").ConfigureAwait(false);
        await refused(Id).ConfigureAwait(false);
    }

    private async Task EndRefusedAsync(Task<bool> start, string what, Task told)
    {
        bool isStarted = await start.ConfigureAwait(false);
        await told.ConfigureAwait(false);
        // A request also fails with its channel, which then has said what there is to say.
        if (isStarted || ExitStatus is not null || Channel.Closed.IsCompleted) return;
        await TellAsync($"{what} request failed on channel {Id}").ConfigureAwait(false);
        Channel.Dispose();
    }

    private bool OnRequest(string type, ReadOnlyMemory<byte> fields)
    {
        if (type != "exit-status" || ExitStatusFields.TryDecode(fields.Span, out ExitStatusFields status, out _) != DecodeStatus.Ok) return type == "exit-signal";
        ExitStatus = status.Status;
        return true;
    }
}

using Adit.Wire.Ssh;

namespace Adit.Ssh.Channels;

/// <summary>The answer to a <see cref="ChannelOpening"/>.</summary>
public sealed class ChannelVerdict
{
    private readonly IDisposable? _held;

    private ChannelVerdict(Action<SshChannel>? prepare, Func<SshChannel, Task>? run, IDisposable? held, ChannelOpenFailureReason reason, string text)
    {
        _held = held;
        Prepare = prepare;
        Run = run;
        Reason = reason;
        Text = text;
    }

    internal Action<SshChannel>? Prepare { get; }

    internal Func<SshChannel, Task>? Run { get; }

    internal ChannelOpenFailureReason Reason { get; }

    internal string Text { get; }

    /// <summary>Opens the channel.</summary>
    /// <param name="run">What to do with it, at once after the confirmation; owns the channel.</param>
    /// <param name="prepare">What must stand before the peer can send anything, such as <see cref="SshChannel.RequestReceived"/>.</param>
    /// <param name="held">What is disposed when the channel cannot be opened after all, such as the stream that was dialled for it.</param>
    public static ChannelVerdict Accept(Func<SshChannel, Task> run, Action<SshChannel>? prepare = null, IDisposable? held = null) =>
        new(prepare, run, held, default, "");

    /// <summary>Refuses the channel.</summary>
    /// <param name="reason">The reason code.</param>
    /// <param name="text">A short text, which the peer's user reads.</param>
    public static ChannelVerdict Refuse(ChannelOpenFailureReason reason, string text) => new(null, null, null, reason, text);

    /// <summary>The same, with something more that stands before the peer can send anything. A refusal stays what it is.</summary>
    /// <param name="more">Called after what stands already.</param>
    internal ChannelVerdict WithPreparation(Action<SshChannel> more) => Run is null ? this : new ChannelVerdict(Prepare + more, Run, _held, Reason, Text);

    /// <summary>The channel could not be opened: lets go of what was held for it.</summary>
    internal void Abandon() => _held?.Dispose();
}

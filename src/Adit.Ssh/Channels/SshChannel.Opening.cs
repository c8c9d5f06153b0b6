using Adit.Core;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Channels;

/// <summary>How a channel comes to be (RFC 4254 §5.1).</summary>
public sealed partial class SshChannel
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Opened => _opened.Task;

    /// <summary>The opening is about to be sent.</summary>
    internal void AskToOpen() => _openingAsked = _connection.RoundTrip.Ask();

    /// <summary>Whether the opening is confirmed, by either side.</summary>
    internal bool IsOpen => _open;

    /// <summary>The peer's side of a channel that it opened, or confirmed. Receive loop or acceptor.</summary>
    internal void Open(uint remoteId, uint window, uint maximumPacket)
    {
        lock (_lock)
        {
            _remoteId = remoteId;
            Interlocked.Add(ref _remoteWindow, window);
            _initialRemoteWindow = window;
            _remoteMaximumPacket = (int)Math.Min(maximumPacket, MaximumPacket);
            _open = true;
        }
    }

    /// <summary>SSH_MSG_CHANNEL_OPEN_CONFIRMATION. Receive loop.</summary>
    internal void OnOpenConfirmation(in ChannelOpenConfirmationMessage message)
    {
        if (_open) throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: channel {Id}: expected one answer to its opening, got a second");
        if (message.MaximumPacket == 0) throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: channel {Id}: maximum packet: expected more than 0");
        _connection.RoundTrip.Answered(_openingAsked);
        Open(message.SenderChannel, message.InitialWindow, message.MaximumPacket);
        if (!_opened.TrySetResult()) EndBothWays(new TunnelException(TunnelError.Closed, "ssh: channel: nobody waits for it any more"));
        _connection.Schedule(this);
    }

    /// <summary>SSH_MSG_CHANNEL_OPEN_FAILURE. Receive loop.</summary>
    internal void OnOpenFailure(in ChannelOpenFailureMessage message)
    {
        if (_open) throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: channel {Id}: expected one answer to its opening, got a second");
        string text = new([.. message.Description.Take(300).Select(c => char.IsControl(c) ? '?' : c)]);
        (TunnelError error, string words) = message.Reason switch
        {
            ChannelOpenFailureReason.AdministrativelyProhibited => (TunnelError.PermissionDenied, "administratively prohibited"),
            ChannelOpenFailureReason.ConnectFailed => (ConnectErrorOf(text), "connect failed"),
            ChannelOpenFailureReason.UnknownChannelType => (TunnelError.NotSupported, "unknown channel type"),
            ChannelOpenFailureReason.ResourceShortage => (TunnelError.ResourceShortage, "resource shortage"),
            _ => (TunnelError.Unknown, "unknown reason"),
        };
        // First, so that whoever learns of the failure finds the channel's place free.
        Finish();
        FailOpening(new TunnelException(error, $"channel {Id}: open failed: {words}: {text}"));
    }

    /// <summary>Whoever waited for the opening has given up; a late confirmation is closed at once.</summary>
    internal void AbandonOpening(Exception reason)
    {
        // The confirmation came at the same moment, and nobody owns the channel; but a relay does.
        if (!FailOpening(reason) && _source is null) EndBothWays(reason);
    }

    /// <returns>Whether the opening was not over yet.</returns>
    private bool FailOpening(Exception reason)
    {
        bool failed = _opened.TrySetException(reason);
        _ = _opened.Task.Exception;
        // A channel that the peer opened is open though nobody here waited for it: its relay ends as all relays do.
        if (failed && !_open) _source?.FailOpening(reason);
        return failed;
    }

    private static TunnelError ConnectErrorOf(string text) =>
        text.Contains("refused", StringComparison.OrdinalIgnoreCase) ? TunnelError.ConnectionRefused
        : text.Contains("not known", StringComparison.OrdinalIgnoreCase) || text.Contains("resol", StringComparison.OrdinalIgnoreCase) ? TunnelError.NameNotResolvedAtPeer
        : text.Contains("timed out", StringComparison.OrdinalIgnoreCase) ? TunnelError.TimedOut
        : TunnelError.Unreachable;
}

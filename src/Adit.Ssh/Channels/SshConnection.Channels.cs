using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Adit.Ssh.Transport;
using Adit.Wire;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Channels;

/// <summary>The table of channels, their opening, and their turns in the send loop.</summary>
public sealed partial class SshConnection
{
    /// <summary>Ours: the least window a channel begins with.</summary>
    private const int LeastWindow = 64 * 1024;

    /// <summary>
    /// Ours: channels that have just got something to send go before those that had a turn and had more than it took, so that a keystroke does not
    /// wait for every transfer beside it; after so many of them one of the others has its turn (as the new flows of RFC 8290 §4.2).
    /// </summary>
    private const int FreshTurns = 8;

    /// <summary>Ours: characters of a text that tells a peer why not.</summary>
    private const int MaximumText = 1000;

    private readonly Lock _tableLock = new();
    private readonly Stack<uint> _freeIds = new();
    private readonly Lock _readyLock = new();
    private readonly Queue<SshChannel> _fresh = new();
    private readonly Queue<SshChannel> _waiting = new();
    private int _freshTurns;
    private SshChannel?[] _channels = new SshChannel?[8];
    private uint _nextId;
    private int _channelCount;
    private int _pendingOpens;
    private int _windowBudget;

    /// <summary>Channels that are open.</summary>
    public int ChannelCount => Volatile.Read(ref _channelCount);

    /// <summary>Opens a channel and waits for the peer's confirmation. The caller owns it.</summary>
    /// <param name="type">The channel type.</param>
    /// <param name="fields">The fields that belong to the type.</param>
    /// <param name="prepare">What must stand before the peer can send anything on it.</param>
    /// <param name="cancellationToken">Gives up waiting; a late confirmation is closed at once.</param>
    /// <exception cref="TunnelException">The peer refused, or the connection ended.</exception>
    public async ValueTask<SshChannel> OpenChannelAsync(string type, ReadOnlyMemory<byte> fields, Action<SshChannel>? prepare = null, CancellationToken cancellationToken = default)
    {
        SshChannel channel = Add(type) ?? throw new TunnelException(TunnelError.ResourceShortage, $"ssh: channels: expected at most {_limits.Channels}");
        try
        {
            prepare?.Invoke(channel);
            channel.AskToOpen();
            Send(new ChannelOpenMessage(type, channel.Id, (uint)channel.WindowSize, SshChannel.MaximumPacket, fields));
        }
        catch
        {
            // Nothing was asked of the peer.
            Remove(channel);
            throw;
        }

        try
        {
            await channel.Opened.WaitAsync(cancellationToken).ConfigureAwait(false);
            return channel;
        }
        catch (OperationCanceledException e)
        {
            channel.AbandonOpening(e);
            throw;
        }
    }

    /// <summary>Opens a channel that is joined with a local stream from the start: nobody waits between the confirmation and the first octet.</summary>
    /// <param name="type">The channel type.</param>
    /// <param name="fields">The fields that belong to the type.</param>
    /// <param name="local">A stream over a descriptor; untouched when the opening fails.</param>
    /// <param name="cancellationToken">Gives up the opening.</param>
    /// <exception cref="TunnelException">The peer refused, or the connection ended before it answered.</exception>
    internal async Task<RelayResult> RelayChannelAsync(string type, ReadOnlyMemory<byte> fields, DuplexStream local, CancellationToken cancellationToken)
    {
        SshChannel channel = Add(type) ?? throw new TunnelException(TunnelError.ResourceShortage, $"ssh: channels: expected at most {_limits.Channels}");
        ChannelRelay relay = channel.Join(local);
        using CancellationTokenRegistration giveUp = cancellationToken.UnsafeRegister(
            static (channel, token) => ((SshChannel)channel!).AbandonOpening(new OperationCanceledException(token)), channel);
        channel.AskToOpen();
        try
        {
            Send(new ChannelOpenMessage(type, channel.Id, (uint)channel.WindowSize, SshChannel.MaximumPacket, fields));
        }
        catch
        {
            // Nothing was asked of the peer.
            Remove(channel);
            throw;
        }

        return await relay.Result.ConfigureAwait(false);
    }

    /// <summary>The channels there are now.</summary>
    internal SshChannel[] Channels()
    {
        lock (_tableLock) return [.. _channels.OfType<SshChannel>()];
    }

    /// <summary>Gives a channel a turn in the send loop.</summary>
    internal void Schedule(SshChannel channel)
    {
        lock (_readyLock)
        {
            if (channel.IsScheduled) return;
            channel.IsScheduled = true;
            _fresh.Enqueue(channel);
        }

        _transport.Wake();
    }

    /// <summary>Takes a closed channel out of the table.</summary>
    internal void Remove(SshChannel channel)
    {
        lock (_tableLock)
        {
            if (_channels[channel.Id] != channel) return;
            _channels[channel.Id] = null;
            _freeIds.Push(channel.Id);
            _channelCount--;
        }

        Interlocked.Add(ref _windowBudget, channel.WindowSize);
    }

    /// <summary>Takes window from the connection's budget.</summary>
    internal int GrantWindow(int wanted)
    {
        int left = Volatile.Read(ref _windowBudget);
        if (wanted <= 0 || left < wanted) return 0;
        Interlocked.Add(ref _windowBudget, -wanted);
        return wanted;
    }

    bool ITransportHandler.FillData(PacketWriter writer)
    {
        int before = writer.Sealed.Length;
        while (true)
        {
            SshChannel? channel;
            Queue<SshChannel> queue;
            lock (_readyLock)
            {
                queue = _waiting.Count == 0 || (_fresh.Count > 0 && _freshTurns < FreshTurns) ? _fresh : _waiting;
                if (!queue.TryPeek(out channel)) break;
            }

            // Whatever was queued before the channel was scheduled goes first, its confirmation above all: also what came since the batch was begun.
            if (!_transport.DrainControl()) break;
            lock (_readyLock)
            {
                queue.Dequeue();
                _freshTurns = queue == _fresh ? _freshTurns + 1 : 0;
                channel.IsScheduled = false;
            }

            if (!channel.Fill(writer)) continue;
            lock (_readyLock)
            {
                if (channel.IsScheduled) continue;
                channel.IsScheduled = true;
                _waiting.Enqueue(channel);
            }
        }

        return writer.Sealed.Length > before;
    }

    private SshChannel? Add(string type)
    {
        lock (_tableLock)
        {
            if (_reason is not null) throw Rewrap(_reason);
            if (_channelCount >= _limits.Channels) return null;
            if (!_freeIds.TryPop(out uint id)) id = _nextId++;
            if (id >= _channels.Length) Array.Resize(ref _channels, _channels.Length * 2);
            int window = Math.Clamp(Volatile.Read(ref _windowBudget) / 32, LeastWindow, SshChannel.InitialWindow);
            Interlocked.Add(ref _windowBudget, -window);
            var channel = new SshChannel(this, id, type, window);
            _channels[id] = channel;
            _channelCount++;
            return channel;
        }
    }

    private SshChannel Find(uint id)
    {
        SshChannel?[] channels = Volatile.Read(ref _channels);
        return id < channels.Length && channels[id] is { } channel
            ? channel
            : throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: channel: expected an open one, got {id}");
    }

    private SshChannel FindOpen(uint id)
    {
        SshChannel channel = Find(id);
        return channel.IsOpen ? channel : throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: channel: expected an open one, got {id}, which is not confirmed");
    }

    /// <summary>For messages that may cross a CLOSE on their way; OpenSSH ignores them then too.</summary>
    private SshChannel? FindOrIgnore(uint id)
    {
        SshChannel?[] channels = Volatile.Read(ref _channels);
        return id < channels.Length && channels[id] is { IsOpen: true } channel ? channel : null;
    }

    private void LoseChannels(Exception reason)
    {
        SshChannel[] lost;
        lock (_tableLock)
        {
            lost = [.. _channels.OfType<SshChannel>()];
            Array.Clear(_channels);
            _channelCount = 0;
        }

        foreach (SshChannel channel in lost) channel.OnConnectionLost(Rewrap(reason));
    }

    private void OnChannelData(ReadOnlySpan<byte> payload)
    {
        if (ChannelDataPacket.TryDecode(payload, out ChannelDataPacket packet) is not DecodeStatus.Ok and var status)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, $"SSH_MSG_CHANNEL_DATA: expected a well-formed one, got {status}");
        }

        FindOpen(packet.RecipientChannel).OnData(packet.Data);
    }

    private void OnWindowAdjust(ReadOnlySpan<byte> payload)
    {
        ChannelWindowAdjustMessage message = Decode<ChannelWindowAdjustMessage>(payload);
        FindOrIgnore(message.RecipientChannel)?.OnWindowAdjust(message.BytesToAdd);
    }

    private void OnChannelMessage(MessageNumber number, ReadOnlySpan<byte> payload)
    {
        switch (number)
        {
            case MessageNumber.ChannelOpen:
                OnChannelOpen(Decode<ChannelOpenMessage>(payload));
                break;
            case MessageNumber.ChannelOpenConfirmation:
                ChannelOpenConfirmationMessage confirmation = Decode<ChannelOpenConfirmationMessage>(payload);
                Find(confirmation.RecipientChannel).OnOpenConfirmation(confirmation);
                break;
            case MessageNumber.ChannelOpenFailure:
                ChannelOpenFailureMessage failure = Decode<ChannelOpenFailureMessage>(payload);
                Find(failure.RecipientChannel).OnOpenFailure(failure);
                break;
            case MessageNumber.ChannelExtendedData:
                if (ChannelExtendedDataPacket.TryDecode(payload, out ChannelExtendedDataPacket packet) != DecodeStatus.Ok)
                {
                    throw new TunnelException(TunnelError.ProtocolViolation, "SSH_MSG_CHANNEL_EXTENDED_DATA: malformed");
                }

                FindOpen(packet.RecipientChannel).OnExtendedData(packet.DataType, packet.Data);
                break;
            case MessageNumber.ChannelEof:
                FindOpen(Decode<ChannelEofMessage>(payload).RecipientChannel).OnEof();
                break;
            case MessageNumber.ChannelClose:
                FindOpen(Decode<ChannelCloseMessage>(payload).RecipientChannel).OnClose();
                break;
            case MessageNumber.ChannelRequest:
                ChannelRequestMessage request = Decode<ChannelRequestMessage>(payload);
                FindOrIgnore(request.RecipientChannel)?.OnRequest(request);
                break;
            case MessageNumber.ChannelSuccess:
                FindOrIgnore(Decode<ChannelSuccessMessage>(payload).RecipientChannel)?.OnRequestAnswer(true);
                break;
            case MessageNumber.ChannelFailure:
                FindOrIgnore(Decode<ChannelFailureMessage>(payload).RecipientChannel)?.OnRequestAnswer(false);
                break;
            default:
                // RFC 4253 §11.4: not known is not an error.
                Send(new UnimplementedMessage(_transport.LastSequence));
                break;
        }
    }

    private void OnChannelOpen(ChannelOpenMessage message)
    {
        if (Interlocked.Increment(ref _pendingOpens) > _limits.PendingOpens)
        {
            Interlocked.Decrement(ref _pendingOpens);
            Send(new ChannelOpenFailureMessage(message.SenderChannel, ChannelOpenFailureReason.ResourceShortage, "too many openings at once", ""));
            return;
        }

        if (message.MaximumPacket == 0) throw new TunnelException(TunnelError.ProtocolViolation, "SSH_MSG_CHANNEL_OPEN: maximum packet: expected more than 0");

        _ = AnswerOpenAsync(message);
    }

    private async Task AnswerOpenAsync(ChannelOpenMessage message)
    {
        ChannelVerdict verdict;
        try
        {
            verdict = Service is { } service
                ? await service.OpenChannelAsync(new ChannelOpening(message.ChannelType, message.Fields), Over).ConfigureAwait(false)
                : ChannelVerdict.Refuse(ChannelOpenFailureReason.UnknownChannelType, "unknown channel type");
        }
        catch (Exception e)
        {
            if (e is not (TunnelException or OperationCanceledException)) LogServiceFailed(_logger, e);
            verdict = ChannelVerdict.Refuse(ChannelOpenFailureReason.ConnectFailed, e is TunnelException ? e.Message : "internal error");
        }
        finally
        {
            Interlocked.Decrement(ref _pendingOpens);
        }

        SshChannel? channel = null;
        bool running = false;
        try
        {
            channel = verdict.Run is null ? null : Add(message.ChannelType);
            if (channel is null)
            {
                ChannelOpenFailureReason reason = verdict.Run is null ? verdict.Reason : ChannelOpenFailureReason.ResourceShortage;
                string text = verdict.Run is null ? verdict.Text : "too many channels";
                // The text may quote names of the peer's choice, of any length.
                Send(new ChannelOpenFailureMessage(message.SenderChannel, reason, text.Length <= MaximumText ? text : text[..MaximumText], ""));
                return;
            }

            verdict.Prepare?.Invoke(channel);
            channel.Open(message.SenderChannel, message.InitialWindow, message.MaximumPacket);
            Send(new ChannelOpenConfirmationMessage(message.SenderChannel, channel.Id, (uint)channel.WindowSize, SshChannel.MaximumPacket, default));
            running = true;
            await verdict.Run!(channel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (e is not (IOException or OperationCanceledException)) LogServiceFailed(_logger, e);
            channel?.Dispose();
        }
        finally
        {
            if (!running) verdict.Abandon();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "ssh: channel: unexpected failure")]
    private static partial void LogServiceFailed(ILogger logger, Exception exception);
}

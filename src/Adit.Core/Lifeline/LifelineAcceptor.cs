using System.Security.Cryptography;
using Adit.Core.Mailboxes;
using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <summary>The server's end of lifelines: takes mailboxes, and hands out each session once as a stream. Safe for several threads.</summary>
public sealed class LifelineAcceptor : IAsyncDisposable
{
    private readonly LifelineServer _server;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Action<LifelineStream, IMailbox> _accepted;
    private readonly Lock _gate = new();
    private readonly Dictionary<LifelineSession, LifelineStream> _streams = [];

    /// <summary>Makes one.</summary>
    /// <param name="options">What it takes.</param>
    /// <param name="accepted">Gets each new session, with the mailbox that it came by; owns the stream. Must not block.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public LifelineAcceptor(LifelineServerOptions options, Action<LifelineStream, IMailbox> accepted, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        _server = new LifelineServer(options, RandomNumberGenerator.Fill);
        (_accepted, _time) = (accepted, time ?? TimeProvider.System);
        _origin = _time.GetTimestamp();
    }

    /// <summary>Sessions that are there.</summary>
    public int SessionCount
    {
        get
        {
            lock (_gate) return _server.SessionCount;
        }
    }

    /// <summary>Serves a mailbox of one client until it ends. Its path then goes; the session waits for another.</summary>
    /// <param name="mailbox">The mailbox; owned.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ServeAsync(IMailbox mailbox, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        byte[] room = new byte[65_536];
        byte[] answer = new byte[Math.Max(mailbox.SendLimit, 512)];
        LifelinePath? path = null;
        LifelineStream? stream = null;
        Exception? failure = null;
        try
        {
            while (true)
            {
                int length = await mailbox.ReceiveAsync(room, cancellationToken).ConfigureAwait(false);
                if (length == 0) break;
                long now = LifelineStream.Now(_time, _origin);
                if (path is not null && stream is not null && room[0] is (byte)LifelineDatagramType.Data or (byte)LifelineDatagramType.Confirm)
                {
                    lock (stream.Session.Gate) stream.Session.Receive(path, room.AsSpan(0, length), now);
                    stream.Arrived();
                    continue;
                }

                int answered;
                LifelineArrival arrival;
                lock (_gate)
                {
                    answered = _server.Receive(room.AsSpan(0, length), mailbox.Profile, answer.AsSpan(0, mailbox.SendLimit), now, out arrival);
                    if (arrival.IsNewSession) _streams[arrival.Session!] = new LifelineStream(arrival.Session!, _time, _origin);
                    if (arrival.IsAuthentic && path is null) (path, stream) = (arrival.Path!, _streams.GetValueOrDefault(arrival.Session!));
                }

                if (answered > 0) await mailbox.SendAsync(answer.AsMemory(0, answered), cancellationToken).ConfigureAwait(false);
                if (!arrival.IsAuthentic || stream is null) continue;
                stream.Attach(path!, mailbox, receive: false);
                if (!arrival.IsNewSession) continue;
                _ = ForgetAsync(stream);
                _accepted(stream, mailbox);
            }
        }
        catch (Exception e)
        {
            failure = e;
        }

        if (path is not null && stream is not null)
        {
            lock (_gate) _server.Remove(path);
            stream.Detach(path, failure);
        }

        await mailbox.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends all sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        LifelineStream[] streams;
        lock (_gate) streams = [.. _streams.Values];
        foreach (LifelineStream stream in streams) stream.Abort(TunnelError.Closed);
        foreach (LifelineStream stream in streams) await stream.DisposeAsync().ConfigureAwait(false);
        lock (_gate) _server.Dispose();
    }

    private async Task ForgetAsync(LifelineStream stream)
    {
        await stream.Ended.ConfigureAwait(false);
        lock (_gate)
        {
            _streams.Remove(stream.Session);
            _server.Forget(stream.Session);
        }
    }
}

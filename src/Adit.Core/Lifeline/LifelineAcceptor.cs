using System.Security.Cryptography;
using Adit.Core.Mailboxes;
using Adit.Platform.EventLoops;
using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <summary>The server's end of lifelines: takes mailboxes, and hands out each session once as a stream. Safe for several threads.</summary>
public sealed class LifelineAcceptor : IAsyncDisposable
{
    private readonly LifelineServer _server;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Action<LifelineStream, string> _accepted;
    private readonly Lock _gate = new();
    private readonly Dictionary<LifelineSession, LifelineStream> _streams = [];
    private readonly Dictionary<LifelinePath, LifelineEndpoint> _endpoints = [];

    /// <summary>Makes one.</summary>
    /// <param name="options">What it takes.</param>
    /// <param name="accepted">Gets each new session, with the name of the carrier that it came by; owns the stream. Must not block.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public LifelineAcceptor(LifelineServerOptions options, Action<LifelineStream, string> accepted, TimeProvider? time = null)
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

    /// <summary>Paths of all of them.</summary>
    public int PathCount
    {
        get
        {
            lock (_gate) return _server.PathCount;
        }
    }

    /// <summary>Serves a mailbox of one client until it ends. Its path then goes; the session waits for another.</summary>
    /// <param name="mailbox">The mailbox; owned.</param>
    /// <param name="takesKeyless">Whether clients without a carrier key are taken here: where something else guards the carrier.</param>
    /// <param name="confirmed">Called once the path is there, and the peer has proven what it can; null for nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ServeAsync(IMailbox mailbox, bool takesKeyless = false, Action? confirmed = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        var buffers = mailbox as IBufferedMailbox;
        byte[] room = buffers is null ? new byte[65_536] : [];
        byte[] answer = new byte[Math.Max(mailbox.SendLimit, 512)];
        LifelinePath? path = null;
        LifelineStream? stream = null;
        Exception? failure = null;
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> message = buffers is null ? room.AsMemory(0, await mailbox.ReceiveAsync(room, cancellationToken).ConfigureAwait(false)) : await buffers.ReceiveInPlaceAsync(cancellationToken).ConfigureAwait(false);
                if (message.IsEmpty) break;
                if (path is not null && stream is not null && message.Span[0] is (byte)LifelineDatagramType.Data or (byte)LifelineDatagramType.Confirm)
                {
                    if (buffers is not null)
                    {
                        if (stream.Take(path, buffers, message)) await EventLoop.Yield();
                        continue;
                    }

                    lock (stream.Session.Gate) stream.Session.Receive(path, message.Span, LifelineStream.Now(_time, _origin));
                    stream.Arrived();
                    continue;
                }

                int answered = Take(message.Span, mailbox.Profile, takesKeyless, answer.AsSpan(0, mailbox.SendLimit), out LifelineArrival arrival, out LifelineStream? found, out LifelineEndpoint? endpoint, out _);
                if (answered > 0)
                {
                    await mailbox.SendAsync(answer.AsMemory(0, answered), cancellationToken).ConfigureAwait(false);
                    await mailbox.FlushAsync(cancellationToken).ConfigureAwait(false);
                }

                if (found is null || endpoint is null) continue;
                if (path is not null)
                {
                    found.Arrived();
                    continue;
                }

                (path, stream) = (endpoint.Path, found);
                stream.Attach(path, mailbox, receive: false);
                confirmed?.Invoke();
                if (!arrival.IsNewSession) continue;
                stream.Source = mailbox.Source;
                Accept(stream, mailbox.Name);
            }
        }
        catch (Exception e)
        {
            failure = e;
        }

        if (path is not null && stream is not null)
        {
            stream.Detach(path, failure);
            Forget(path);
        }

        await mailbox.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Takes a datagram from a carrier that has one socket for all its peers.</summary>
    /// <param name="datagram">What arrived; nothing is known of its sender.</param>
    /// <param name="profile">The carrier's.</param>
    /// <param name="answer">Room for WELCOME, which is to be sent to whoever the datagram came from.</param>
    /// <param name="open">Makes what moves the datagrams of a new path; called at most once, outside locks.</param>
    /// <param name="endpoint">The path that the datagram was authentic for, and new; null for all else, and then nothing is kept.</param>
    /// <returns>Octets of <paramref name="answer"/>; 0 for none.</returns>
    public int Receive(ReadOnlySpan<byte> datagram, LifelineProfile profile, Span<byte> answer, Func<LifelineEndpoint, ILifelineCarrier> open, out LifelineEndpoint? endpoint)
    {
        ArgumentNullException.ThrowIfNull(open);
        int answered = Take(datagram, profile, takesKeyless: false, answer, out LifelineArrival arrival, out LifelineStream? stream, out endpoint, out bool isNewPath);
        if (stream is null || endpoint is null) return answered;
        if (isNewPath)
        {
            ILifelineCarrier carrier = open(endpoint);
            stream.Attach(endpoint.Path, carrier);
            if (arrival.IsNewSession) Accept(stream, carrier.Name);
        }

        stream.Arrived();
        return answered;
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

    private int Take(
        ReadOnlySpan<byte> datagram, LifelineProfile profile, bool takesKeyless, Span<byte> answer, out LifelineArrival arrival, out LifelineStream? stream, out LifelineEndpoint? endpoint, out bool isNewPath)
    {
        (stream, endpoint, isNewPath) = (null, null, false);
        LifelinePath[] dropped = [];
        int answered;
        lock (_gate)
        {
            answered = _server.Receive(datagram, profile, answer, LifelineStream.Now(_time, _origin), out arrival, takesKeyless);
            if (arrival.IsNewSession) _streams[arrival.Session!] = new LifelineStream(arrival.Session!, _time, _origin);
            if (!arrival.IsAuthentic || !_streams.TryGetValue(arrival.Session!, out stream)) return answered;
            isNewPath = !_endpoints.TryGetValue(arrival.Path!, out endpoint);
            if (isNewPath)
            {
                _endpoints.Add(arrival.Path!, endpoint = new LifelineEndpoint(stream, arrival.Path!, _time, _origin));
                LifelineStream owner = stream;
                dropped = [.. _endpoints.Where(e => e.Value.Stream == owner && e.Key.IsRemoved).Select(e => e.Key)];
            }
        }

        foreach (LifelinePath path in dropped) stream.Detach(path, null);
        return answered;
    }

    private void Accept(LifelineStream stream, string name)
    {
        stream.PathEnded += (path, _) => Forget(path);
        _ = ForgetAsync(stream);
        _accepted(stream, name);
    }

    private void Forget(LifelinePath path)
    {
        lock (_gate)
        {
            _endpoints.Remove(path);
            _server.Remove(path);
        }
    }

    private async Task ForgetAsync(LifelineStream stream)
    {
        await stream.Ended.ConfigureAwait(false);
        lock (_gate)
        {
            _streams.Remove(stream.Session);
            foreach (LifelinePath path in _endpoints.Where(e => e.Value.Stream == stream).Select(e => e.Key).ToArray()) _endpoints.Remove(path);
            _server.Forget(stream.Session);
        }
    }
}

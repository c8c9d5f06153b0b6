using System.Security.Cryptography;
using Adit.Core.Mailboxes;
using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <summary>A client's lifeline: made over one mailbox, and given others as they come. Owned by whoever holds it; disposing closes the session.</summary>
public sealed class LifelineClient : IAsyncDisposable
{
    private readonly CarrierKey? _key;
    private readonly LifelineOptions _options;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly LifelineClientSession _session;

    private LifelineClient(CarrierKey? key, LifelineOptions options, TimeProvider time, long origin, LifelineClientSession session)
    {
        (_key, _options, _time, _origin, _session) = (key, options, time, origin, session);
        Stream = new LifelineStream(session.Session, time, origin);
    }

    /// <summary>The stream.</summary>
    public LifelineStream Stream { get; }

    /// <summary>The path that it was made over.</summary>
    public LifelinePath First { get; private set; } = null!;

    /// <summary>Makes a session over a mailbox.</summary>
    /// <param name="mailbox">The first path's; owned from here on, also on failure.</param>
    /// <param name="key">The carrier key; null for keys that are agreed on.</param>
    /// <param name="options">How the session behaves.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The mailbox broke, or the server has no room.</exception>
    public static async Task<LifelineClient> ConnectAsync(IMailbox mailbox, CarrierKey? key = null, LifelineOptions? options = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        options ??= new LifelineOptions();
        time ??= TimeProvider.System;
        long origin = time.GetTimestamp();
        LifelineClientHandshake handshake = await HandshakeAsync(mailbox, key, null, options, time, origin, cancellationToken).ConfigureAwait(false);
        var client = new LifelineClient(key, options, time, origin, handshake.Session!);
        client.First = handshake.Path!;
        client.Stream.Attach(handshake.Path!, mailbox, receive: true);
        return client;
    }

    /// <summary>Adds a path.</summary>
    /// <param name="mailbox">Its mailbox; owned from here on, also on failure.</param>
    /// <param name="wanted">Whether the stream goes on it now, or it is kept for later.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The path.</returns>
    /// <exception cref="TunnelException">The mailbox broke, or the server does not know the session any more (<see cref="TunnelError.ConnectionLost"/>).</exception>
    public async Task<LifelinePath> AddPathAsync(IMailbox mailbox, bool wanted = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        LifelineClientHandshake handshake;
        try
        {
            handshake = await HandshakeAsync(mailbox, _key, _session, _options, _time, _origin, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Stream.Arrived(); // the server may have said that the session is gone
        }

        if (!wanted) Stream.Want(handshake.Path!, false);
        Stream.Attach(handshake.Path!, mailbox, receive: true);
        return handshake.Path!;
    }

    /// <summary>Chooses whether the stream goes on a path, or it is kept for later.</summary>
    public void Want(LifelinePath path, bool wanted) => Stream.Want(path, wanted);

    /// <summary>Gives a path up; what was on its way goes by another.</summary>
    public void Drop(LifelinePath path) => Stream.Detach(path, null);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Stream.DisposeAsync();

    private static async Task<LifelineClientHandshake> HandshakeAsync(
        IMailbox mailbox, CarrierKey? key, LifelineClientSession? joins, LifelineOptions options, TimeProvider time, long origin, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var handshake = new LifelineClientHandshake(mailbox.Profile, key, joins, RandomNumberGenerator.Fill, LifelineStream.Now(time, origin));
            byte[] sending = new byte[Math.Max(mailbox.SendLimit, 512)];
            byte[] room = new byte[65_536];
            Task<int>? receiving = null;
            while (handshake.Verdict is null)
            {
                int length = handshake.Poll(sending.AsSpan(0, mailbox.SendLimit), LifelineStream.Now(time, origin));
                if (length > 0)
                {
                    await mailbox.SendAsync(sending.AsMemory(0, length), stopping.Token).ConfigureAwait(false);
                    await mailbox.FlushAsync(stopping.Token).ConfigureAwait(false);
                }

                receiving ??= mailbox.ReceiveAsync(room, stopping.Token).AsTask();
                long wait = Math.Max(1, (handshake.NextHello - LifelineStream.Now(time, origin)) / 1000);
                if (await Task.WhenAny(receiving, Task.Delay(TimeSpan.FromMilliseconds(wait), time, stopping.Token)).ConfigureAwait(false) != receiving)
                {
                    stopping.Token.ThrowIfCancellationRequested();
                    continue;
                }

                int count = await receiving.ConfigureAwait(false);
                receiving = null;
                if (count == 0) throw new TunnelException(TunnelError.ConnectionLost, $"{mailbox.Name}: lifeline: expected an answer, got the end");
                if (joins is null) handshake.Receive(room.AsSpan(0, count), options, LifelineStream.Now(time, origin));
                else lock (joins.Session.Gate) handshake.Receive(room.AsSpan(0, count), options, LifelineStream.Now(time, origin));
            }

            return handshake.Verdict switch
            {
                LifelineVerdict.Welcome => handshake,
                LifelineVerdict.Gone => throw new TunnelException(TunnelError.ConnectionLost, $"{mailbox.Name}: lifeline: the server does not know the session any more: it was restarted, or has given it up"),
                _ => throw new TunnelException(TunnelError.ResourceShortage, $"{mailbox.Name}: lifeline: the server has no room for another session"),
            };
        }
        catch
        {
            await mailbox.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

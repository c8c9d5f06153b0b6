using System.Buffers.Binary;
using System.Security.Cryptography;
using Adit.Platform.Crypto;
using Adit.Wire;
using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <summary>
/// The server's sessions and paths: answers HELLO without keeping anything, makes a path when a client confirms, and finds the path of each datagram. Sans I/O. Not safe for several threads at once.
/// </summary>
/// <remarks>
/// Theory of operation: WELCOME holds a cookie, which only this server can make, over all that both said; CONFIRM brings it back with the first sealed frames. Only when both are right is a path (and, for a new session, a session) made.
/// A cookie that comes a second time finds its path there already, or is refused: a path that is gone is never made again, since its packet numbers would be. Nothing that is not authentic is answered, or changes anything.
/// </remarks>
public sealed class LifelineServer : IDisposable
{
    private readonly LifelineServerOptions _options;
    private readonly Action<Span<byte>> _random;
    private readonly byte[] _cookieKey = new byte[32];
    private readonly byte[] _privateKey = new byte[X25519.KeyLength];
    private readonly byte[] _publicKey;
    private readonly UsedCookies _used = new();
    private readonly Dictionary<uint, Served> _paths = [];
    private readonly Dictionary<ulong, ServedSession> _sessions = [];

    /// <summary>Starts without sessions.</summary>
    /// <param name="options">What it takes.</param>
    /// <param name="random">Fills octets with chance.</param>
    public LifelineServer(LifelineServerOptions options, Action<Span<byte>> random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        (_options, _random) = (options, random);
        random(_cookieKey);
        random(_privateKey);
        _publicKey = X25519.GetPublicKey(_privateKey);
    }

    /// <summary>Sessions that are there.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>Paths that are there.</summary>
    public int PathCount => _paths.Count;

    /// <summary>Takes a datagram.</summary>
    /// <param name="datagram">HELLO, CONFIRM or DATA.</param>
    /// <param name="profile">Of the carrier that it came by.</param>
    /// <param name="answer">Room for WELCOME; a datagram of the carrier.</param>
    /// <param name="now">The time, in microseconds.</param>
    /// <param name="arrival">What became of it.</param>
    /// <param name="takesKeyless">Whether clients without a carrier key are taken here; null: as the options say.</param>
    /// <returns>Octets of <paramref name="answer"/> to send back; 0 for none.</returns>
    public int Receive(ReadOnlySpan<byte> datagram, LifelineProfile profile, Span<byte> answer, long now, out LifelineArrival arrival, bool? takesKeyless = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        arrival = default;
        if (datagram.IsEmpty) return 0;
        switch ((LifelineDatagramType)datagram[0])
        {
            case LifelineDatagramType.Hello:
                return TakeHello(datagram, profile, answer, now, takesKeyless ?? _options.TakesKeyless);
            case LifelineDatagramType.Data or LifelineDatagramType.Confirm when datagram.Length >= 5:
                uint number = BinaryPrimitives.ReadUInt32BigEndian(datagram[1..]);
                if (_paths.TryGetValue(number, out Served? served))
                {
                    LifelineSession engine = served.Session.Engine;
                    lock (engine.Gate) arrival = new LifelineArrival(engine, served.Path, false, engine.Receive(served.Path, datagram, now));
                }
                else if (datagram[0] == (byte)LifelineDatagramType.Confirm) arrival = TakeConfirm(datagram, profile, now, takesKeyless ?? _options.TakesKeyless);
                return 0;
            default:
                return 0;
        }
    }

    /// <summary>Forgets a session, and ends it.</summary>
    /// <param name="session">One of this server's.</param>
    public void Remove(LifelineSession session)
    {
        Forget(session);
        lock (session.Gate) session.Dispose();
    }

    /// <summary>Forgets a session; its owner ends it.</summary>
    /// <param name="session">One of this server's.</param>
    public void Forget(LifelineSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        foreach ((uint number, Served served) in _paths)
        {
            if (served.Session.Engine == session) _paths.Remove(number);
        }

        foreach ((ulong number, ServedSession served) in _sessions)
        {
            if (served.Engine == session) _sessions.Remove(number);
        }
    }

    /// <summary>Forgets a path; its session lives on.</summary>
    /// <param name="path">One of this server's.</param>
    public void Remove(LifelinePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!_paths.TryGetValue(path.Number, out Served? served) || served.Path != path) return;
        _paths.Remove(path.Number);
        lock (served.Session.Engine.Gate) served.Session.Engine.Remove(path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ServedSession each in _sessions.Values) each.Engine.Dispose();
        _sessions.Clear();
        _paths.Clear();
    }

    private int TakeHello(ReadOnlySpan<byte> datagram, LifelineProfile profile, Span<byte> answer, long now, bool takesKeyless)
    {
        if (LifelineHello.TryRead(datagram, out LifelineHello hello) != DecodeStatus.Ok || !TryFindSecret(hello.Hint, hello.PublicKey, takesKeyless, out byte[] secret)) return 0;
        int tag = profile.TagLength;
        if (hello.PublicKey.IsEmpty)
        {
            if (datagram.Length != hello.Length + tag) return 0;
            using var check = new DatagramCipher(LifelineKeys.Hello(secret, hello.ClientNonce), tag, seals: false);
            if (!check.TryOpenMessage(datagram)) return 0;
        }

        ulong session = BinaryPrimitives.ReadUInt64BigEndian(hello.Session);
        LifelineVerdict verdict = session != 0 && !_sessions.ContainsKey(session) ? LifelineVerdict.Gone
            : session == 0 && _sessions.Count >= _options.MaximumSessions ? LifelineVerdict.Busy : LifelineVerdict.Welcome;
        Span<byte> chance = stackalloc byte[LifelineHandshake.NonceLength + 4];
        _random(chance);
        ReadOnlySpan<byte> serverNonce = chance[..LifelineHandshake.NonceLength];
        uint path = BinaryPrimitives.ReadUInt32BigEndian(chance[LifelineHandshake.NonceLength..]);
        uint time = (uint)(now / 1_000_000);
        var welcome = new LifelineWelcome
        {
            Verdict = verdict,
            ClientNonce = hello.ClientNonce,
            ServerNonce = serverNonce,
            Path = path,
            Time = time,
            Cookie = Cookie(path, hello.Hint, hello.ClientNonce, serverNonce, hello.Session, time, hello.PublicKey),
            PublicKey = hello.PublicKey.IsEmpty ? default : _publicKey,
        };
        if (answer.Length < welcome.Length + tag) return 0;
        int length = welcome.Write(answer);
        using var cipher = new DatagramCipher(LifelineKeys.Welcome(secret, hello.ClientNonce, serverNonce), tag, seals: true);
        return cipher.SealMessage(answer, length);
    }

    private LifelineArrival TakeConfirm(ReadOnlySpan<byte> datagram, LifelineProfile profile, long now, bool takesKeyless)
    {
        if (LifelineConfirm.TryRead(datagram, out LifelineConfirm confirm) != DecodeStatus.Ok) return default;
        uint age = (uint)(now / 1_000_000) - confirm.Time;
        // A slow carrier may need minutes for what comes between.
        long life = Math.Max(_options.CookieLife, 30 * profile.InitialRoundTrip);
        if (age > life / 1_000_000) return default;
        byte[] cookie = Cookie(confirm.Path, confirm.Hint, confirm.ClientNonce, confirm.ServerNonce, confirm.Session, confirm.Time, confirm.PublicKey);
        if (!CryptographicOperations.FixedTimeEquals(cookie, confirm.Cookie) || !TryFindSecret(confirm.Hint, confirm.PublicKey, takesKeyless, out byte[] secret)) return default;
        // The same keys again would mean the same nonces again.
        if (!_used.MayTake(cookie, now)) return default;
        ulong number = BinaryPrimitives.ReadUInt64BigEndian(confirm.Session);
        bool isNew = number == 0;
        ServedSession? session;
        if (isNew)
        {
            (byte[] sessionSecret, byte[] sessionNumber) = LifelineKeys.Session(secret, confirm.ClientNonce, confirm.ServerNonce);
            number = BinaryPrimitives.ReadUInt64BigEndian(sessionNumber);
            if (_sessions.Count >= _options.MaximumSessions || _sessions.ContainsKey(number)) return default;
            session = new ServedSession(sessionSecret, new LifelineSession(isServer: true, _options.Session, now) { KeyHint = confirm.Hint.ToArray() });
        }
        else if (!_sessions.TryGetValue(number, out session) || !session.Engine.KeyHint.Span.SequenceEqual(confirm.Hint))
        {
            return default;
        }

        var path = new LifelinePath(
            confirm.Path,
            profile,
            LifelineKeys.Path(secret, session.Secret, confirm.ClientNonce, confirm.ServerNonce, toServer: false),
            LifelineKeys.Path(secret, session.Secret, confirm.ClientNonce, confirm.ServerNonce, toServer: true),
            default,
            now);
        lock (session.Engine.Gate)
        {
            if (!session.Engine.Receive(path, datagram, now))
            {
                path.Dispose();
                if (isNew) session.Engine.Dispose();
                return default;
            }

            _used.Take(cookie, now + life + 1_000_000);
            session.Engine.Add(path);
            if (isNew && confirm.Hint.ContainsAnyExcept((byte)0)) session.Engine.GrantWindow();
        }

        DropSilent(session.Engine, path);
        _paths[confirm.Path] = new Served(session, path);
        if (isNew) _sessions[number] = session;
        return new LifelineArrival(session.Engine, path, isNew, true);
    }

    /// <summary>A client that asks for one path too many has lost one without a word: the one that was silent for longest goes.</summary>
    private void DropSilent(LifelineSession session, LifelinePath added)
    {
        lock (session.Gate)
        {
            while (session.Paths.Count > _options.MaximumPaths)
            {
                LifelinePath silent = session.Paths.Where(p => p != added).MinBy(p => p.LastHeard)!;
                if (_paths.TryGetValue(silent.Number, out Served? served) && served.Path == silent) _paths.Remove(silent.Number);
                session.Remove(silent);
            }
        }
    }

    private bool TryFindSecret(ReadOnlySpan<byte> hint, ReadOnlySpan<byte> publicKey, bool takesKeyless, out byte[] secret)
    {
        secret = new byte[LifelineKeys.SecretLength];
        if (!publicKey.IsEmpty) return takesKeyless && X25519.TryAgree(_privateKey, publicKey, secret);
        foreach (CarrierKey key in _options.KeySource?.Invoke() ?? _options.Keys)
        {
            if (!key.Hint.Span.SequenceEqual(hint)) continue;
            key.Secret.CopyTo(secret);
            return true;
        }

        return false;
    }

    private byte[] Cookie(uint path, ReadOnlySpan<byte> hint, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce, ReadOnlySpan<byte> session, uint time, ReadOnlySpan<byte> publicKey)
    {
        Span<byte> all = stackalloc byte[8 + hint.Length + clientNonce.Length + serverNonce.Length + session.Length + publicKey.Length];
        BinaryPrimitives.WriteUInt32BigEndian(all, path);
        BinaryPrimitives.WriteUInt32BigEndian(all[4..], time);
        int at = 8;
        hint.CopyTo(all[at..]);
        clientNonce.CopyTo(all[(at += hint.Length)..]);
        serverNonce.CopyTo(all[(at += clientNonce.Length)..]);
        session.CopyTo(all[(at += serverNonce.Length)..]);
        publicKey.CopyTo(all[(at + session.Length)..]);
        return HMACSHA256.HashData(_cookieKey, all)[..LifelineHandshake.CookieLength];
    }

    private sealed record ServedSession(byte[] Secret, LifelineSession Engine);

    private sealed record Served(ServedSession Session, LifelinePath Path);
}

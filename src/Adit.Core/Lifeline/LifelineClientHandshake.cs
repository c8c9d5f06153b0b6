using Adit.Platform.Crypto;
using Adit.Wire;
using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <summary>The client's way to a path: HELLO, again and again, until WELCOME comes; then the path is there, and its first datagrams confirm it. Sans I/O, as <see cref="LifelineSession"/>.</summary>
public sealed class LifelineClientHandshake
{
    private readonly LifelineProfile _profile;
    private readonly CarrierKey? _key;
    private readonly LifelineClientSession? _joins;
    private readonly byte[] _clientNonce;
    private readonly byte[] _privateKey = [];
    private readonly byte[] _publicKey = [];
    private double _backOff = 1;

    /// <summary>Begins.</summary>
    /// <param name="profile">The carrier's.</param>
    /// <param name="key">The carrier key; null for keys that are agreed on, which authenticate nobody.</param>
    /// <param name="joins">The session that the path is for; null for a new one.</param>
    /// <param name="random">Fills octets with chance.</param>
    /// <param name="now">The time.</param>
    public LifelineClientHandshake(LifelineProfile profile, CarrierKey? key, LifelineClientSession? joins, Action<Span<byte>> random, long now)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(random);
        (_profile, _key, _joins, NextHello) = (profile, key, joins, now);
        _clientNonce = new byte[LifelineHandshake.NonceLength];
        random(_clientNonce);
        if (key is not null) return;
        _privateKey = new byte[X25519.KeyLength];
        random(_privateKey);
        _publicKey = X25519.GetPublicKey(_privateKey);
    }

    /// <summary>When HELLO is due.</summary>
    public long NextHello { get; private set; }

    /// <summary>What the server said; null before.</summary>
    public LifelineVerdict? Verdict { get; private set; }

    /// <summary>The session with its new path, once the server said <see cref="LifelineVerdict.Welcome"/>.</summary>
    public LifelineClientSession? Session { get; private set; }

    /// <summary>The new path.</summary>
    public LifelinePath? Path { get; private set; }

    /// <summary>Writes HELLO if it is due.</summary>
    /// <param name="room">Room for a datagram.</param>
    /// <param name="now">The time.</param>
    /// <returns>Octets; 0 when it is not due, or there is too little room.</returns>
    public int Poll(Span<byte> room, long now)
    {
        if (Verdict is not null || now < NextHello) return 0;
        var hello = new LifelineHello
        {
            Hint = _key is null ? new byte[LifelineHandshake.HintLength] : _key.Hint.Span,
            ClientNonce = _clientNonce,
            Session = _joins is null ? new byte[LifelineHandshake.SessionLength] : _joins.Number.Span,
            PublicKey = _publicKey,
        };
        int overhead = _key is null ? 0 : _profile.TagLength;
        if (room.Length < hello.Length + overhead) return 0;
        int length = hello.Write(room);
        if (_key is not null)
        {
            using var cipher = new DatagramCipher(LifelineKeys.Hello(_key.Secret, _clientNonce), _profile.TagLength, seals: true);
            length = cipher.SealMessage(room, length);
        }

        NextHello = now + (long)(Math.Max(2 * _profile.InitialRoundTrip, _profile.MinimumTimeout) * _backOff);
        _backOff = Math.Min(_backOff * 1.5, 16);
        return length;
    }

    /// <summary>Takes a datagram. What is not an authentic WELCOME to this HELLO changes nothing.</summary>
    /// <param name="datagram">What came.</param>
    /// <param name="options">For a new session.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether <see cref="Verdict"/> is there now.</returns>
    public bool Receive(ReadOnlySpan<byte> datagram, LifelineOptions options, long now)
    {
        if (Verdict is not null || LifelineWelcome.TryRead(datagram, _key is null, out LifelineWelcome welcome) != DecodeStatus.Ok) return false;
        if (datagram.Length != welcome.Length + _profile.TagLength || !welcome.ClientNonce.SequenceEqual(_clientNonce)) return false;
        byte[] secret = new byte[LifelineKeys.SecretLength];
        if (_key is not null) _key.Secret.CopyTo(secret);
        else if (!X25519.TryAgree(_privateKey, welcome.PublicKey, secret)) return false;
        using (var cipher = new DatagramCipher(LifelineKeys.Welcome(secret, _clientNonce, welcome.ServerNonce), _profile.TagLength, seals: false))
        {
            if (!cipher.TryOpenMessage(datagram)) return false;
        }

        if (welcome.Verdict == LifelineVerdict.Welcome) Open(secret, welcome, options, now);
        else if (welcome.Verdict == LifelineVerdict.Gone) _joins?.Session.Vanish();
        Verdict = welcome.Verdict;
        return true;
    }

    private void Open(byte[] secret, in LifelineWelcome welcome, LifelineOptions options, long now)
    {
        LifelineClientSession session = _joins ?? LifelineClientSession.Create(secret, _clientNonce, welcome.ServerNonce, options, now);
        var confirm = new LifelineConfirm
        {
            Path = welcome.Path,
            Hint = _key is null ? new byte[LifelineHandshake.HintLength] : _key.Hint.Span,
            ClientNonce = _clientNonce,
            ServerNonce = welcome.ServerNonce,
            Session = _joins is null ? new byte[LifelineHandshake.SessionLength] : _joins.Number.Span,
            Time = welcome.Time,
            Cookie = welcome.Cookie,
            PublicKey = _publicKey,
        };
        byte[] header = new byte[confirm.Length];
        confirm.Write(header);
        Path = new LifelinePath(
            welcome.Path,
            _profile,
            LifelineKeys.Path(secret, session.Secret, _clientNonce, welcome.ServerNonce, toServer: true),
            LifelineKeys.Path(secret, session.Secret, _clientNonce, welcome.ServerNonce, toServer: false),
            header,
            now);
        session.Session.Add(Path);
        if (_key is not null && _joins is null) session.Session.GrantWindow();
        Session = session;
    }
}

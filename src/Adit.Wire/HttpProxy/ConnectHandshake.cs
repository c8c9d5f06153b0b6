using Adit.Wire.Http;

namespace Adit.Wire.HttpProxy;

/// <summary>
/// The client's side of HTTP CONNECT (RFC 9110 §9.3.6), with authentication, without I/O: octets go in, octets to send and events come out.
/// </summary>
/// <remarks>
/// <code>
/// CONNECT host:port HTTP/1.1        Host: host:port        [Proxy-Authorization: …]
/// HTTP/1.1 200 …                    the tunnel is open, payload follows the empty line
/// HTTP/1.1 407 …                    Proxy-Authenticate: …, a body; then the request is made again, on this connection or, where the proxy ends it, on a new one
/// HTTP/1.1 4xx or 5xx               refused
/// </code>
/// Theory of operation: send <see cref="TakeOutput"/> first and after every call. Octets that <see cref="Receive"/> does not take are payload, once it succeeded, and are to be
/// given again after <see cref="ConnectEvent.NeedMore"/>. After
/// <see cref="ConnectEvent.Reconnect"/> forget them and go on with a new connection, beginning with <see cref="TakeOutput"/>. Not thread-safe. Holds 24 KiB at most.
/// </remarks>
public sealed class ConnectHandshake
{
    /// <summary>Ours: requests in one handshake: one that learns the challenge, one that answers it, and as many for nonces that were stale.</summary>
    private const int MostRequests = 4;

    /// <summary>Ours: interim responses passed over.</summary>
    private const int MostInterim = 8;

    private readonly string _target;
    private readonly HttpAuthenticator? _authenticator;
    private readonly ResponseReader _reader = new();
    private byte[] _output = [];
    private State _state;
    private int _requests;
    private int _requestsHere;
    private int _interim;
    private bool _isAuthorized;
    private bool _wasChallenged;

    /// <summary>Makes a handshake.</summary>
    /// <param name="target">Where the tunnel leads.</param>
    /// <param name="authenticator">Who asks; null for nobody.</param>
    /// <param name="isUpgraded">Whether the connection was upgraded by an <see cref="UpgradeHandshake"/>, whose request is still to be answered (RFC 2817 §3.3).</param>
    public ConnectHandshake(HttpAuthority target, HttpAuthenticator? authenticator = null, bool isUpgraded = false)
    {
        _target = target.ToString();
        _authenticator = authenticator;
        if (isUpgraded) _state = State.UpgradeHead;
        else Ask();
    }

    private enum State
    {
        Head,
        ChallengeBody,
        RefusalBody,
        UpgradeHead,
        UpgradeBody,
        Succeeded,
        Failed,
    }

    /// <summary>Why it failed; <see cref="ProxyRefusal.None"/> if it did not.</summary>
    public ProxyRefusal Refusal { get; private set; }

    /// <summary>What the proxy said, one bounded line without control characters; or what is wrong with what it sent.</summary>
    public string Words { get; private set; } = "";

    /// <summary>Whether the proxy has answered the request in turn, so that the end of its connection is not the whole story.</summary>
    public bool HasAnswer { get; private set; }

    /// <summary>Whether the proxy has refused and only the rest of its words is awaited, which need not be.</summary>
    public bool IsRefused => _state is State.RefusalBody or State.Failed;

    /// <summary>The octets to send now, perhaps none; they are given once.</summary>
    public byte[] TakeOutput()
    {
        byte[] output = _output;
        _output = [];
        return output;
    }

    /// <summary>Takes octets of the handshake, no more.</summary>
    /// <param name="source">What the proxy sent.</param>
    /// <param name="consumed">How many octets were taken.</param>
    public ConnectEvent Receive(ReadOnlySpan<byte> source, out int consumed)
    {
        int offered = source.Length;
        ConnectEvent? found;
        do
        {
            found = _state switch
            {
                State.Head or State.UpgradeHead => ReadHead(ref source),
                State.ChallengeBody or State.UpgradeBody => PassBody(ref source),
                State.RefusalBody => ReadWords(ref source),
                State.Succeeded => ConnectEvent.Succeeded,
                _ => ConnectEvent.Failed,
            };
        }
        while (found is null);
        consumed = offered - source.Length;
        return found.Value;
    }

    /// <summary>Takes the end of the connection, or of the patience with it.</summary>
    public ConnectEvent ReceiveEnd()
    {
        switch (_state)
        {
            case State.RefusalBody:
                return Refuse();
            case State.ChallengeBody:
                return Reconnect();
            case State.Head when !_reader.HasBegun && _requestsHere > 1 && _requests < MostRequests:
                // The proxy said that the connection goes on, and ended it after its answer.
                return Reconnect();
            case State.Succeeded:
                return ConnectEvent.Succeeded;
            case State.Failed:
                return ConnectEvent.Failed;
            default:
                return Fail(ProxyRefusal.Other, "expected a response, got the end of the connection");
        }
    }

    /// <returns>Null to go on.</returns>
    private ConnectEvent? ReadHead(ref ReadOnlySpan<byte> source)
    {
        bool isUpgrade = _state == State.UpgradeHead;
        DecodeStatus status = _reader.ReadHead(isUpgrade ? "OPTIONS" : "CONNECT", ref source);
        if (status == DecodeStatus.Truncated) return ConnectEvent.NeedMore;
        if (status != DecodeStatus.Ok) return Fail(ProxyRefusal.Malformed, _reader.Fault);
        HttpResponseHead head = _reader.Head;
        HasAnswer = true;
        if (head.IsInterim)
        {
            _reader.Restart();
            return ++_interim > MostInterim ? Fail(ProxyRefusal.Malformed, "expected a final response, got one interim response after another") : null;
        }

        if (isUpgrade)
        {
            // Whatever the answer to OPTIONS is, it was given within TLS; but a connection that ends here carries no CONNECT.
            if (!head.KeepsConnection || _reader.Body.Kind == HttpBodyKind.UntilClose) return Fail(ProxyRefusal.NotSupported, ResponseWords.Of(head, ""));
            _state = State.UpgradeBody;
            return null;
        }

        if (head.StatusCode is >= 200 and < 300)
        {
            _state = State.Succeeded;
            return ConnectEvent.Succeeded;
        }

        // 401 is an origin server's; tinyproxy says it to credentials that it does not know.
        if (head.StatusCode == 401) return TakeRefusal(_isAuthorized ? ProxyRefusal.CredentialsRefused : ProxyRefusal.CredentialsRequired);
        return head.StatusCode == 407 ? TakeChallenge(head) : TakeRefusal(ProxyRefusal.None);
    }

    private ConnectEvent? TakeChallenge(in HttpResponseHead head)
    {
        if (_authenticator is null) return TakeRefusal(ProxyRefusal.CredentialsRequired);
        if (!_authenticator.Challenge(head.Fields, _isAuthorized && _wasChallenged, out ProxyRefusal refusal)) return TakeRefusal(refusal);
        if (_requests >= MostRequests) return TakeRefusal(ProxyRefusal.CredentialsRefused);
        _wasChallenged = true;
        bool goesOn = head.KeepsConnection && !head.Fields.HasElement("Proxy-Connection", "close") && _reader.Body.Kind != HttpBodyKind.UntilClose;
        if (!goesOn) return Reconnect();
        _state = State.ChallengeBody;
        return null;
    }

    private ConnectEvent? TakeRefusal(ProxyRefusal refusal)
    {
        Refusal = refusal;
        _state = State.RefusalBody;
        return null;
    }

    private ConnectEvent? PassBody(ref ReadOnlySpan<byte> source)
    {
        DecodeStatus status = _reader.ReadBody(ref source);
        if (status == DecodeStatus.Truncated) return ConnectEvent.NeedMore;
        if (status != DecodeStatus.Ok) return _state == State.ChallengeBody ? Reconnect() : Fail(ProxyRefusal.Malformed, "body: expected its end");
        _state = State.Head;
        Ask();
        // What lies behind was sent before the request; it is looked at once that is out.
        return ConnectEvent.NeedMore;
    }

    private ConnectEvent ReadWords(ref ReadOnlySpan<byte> source) => _reader.ReadBody(ref source) == DecodeStatus.Truncated ? ConnectEvent.NeedMore : Refuse();

    private ConnectEvent Refuse()
    {
        string body = _reader.Text;
        return Fail(Refusal == ProxyRefusal.None ? ResponseWords.CauseOf(_reader.Head, body) : Refusal, ResponseWords.Of(_reader.Head, body));
    }

    private ConnectEvent Reconnect()
    {
        _requestsHere = 0;
        _state = State.Head;
        Ask();
        return ConnectEvent.Reconnect;
    }

    private ConnectEvent Fail(ProxyRefusal refusal, string words)
    {
        (Refusal, Words, _state) = (refusal, words, State.Failed);
        _output = [];
        return ConnectEvent.Failed;
    }

    private void Ask()
    {
        HasAnswer = false;
        _reader.Restart();
        _requests++;
        _requestsHere++;
        var fields = new HttpFields([new HttpField("Host", _target)]);
        string? authorization = _authenticator?.Authorize("CONNECT", _target);
        _isAuthorized = authorization is not null;
        if (authorization is not null) fields.Add("Proxy-Authorization", authorization);
        _output = new HttpRequestHead("CONNECT", _target, 1, fields).ToArray();
    }
}

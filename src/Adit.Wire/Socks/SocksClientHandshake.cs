using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Adit.Wire.Socks;

/// <summary>
/// The client's side of a SOCKS handshake, versions 4, 4A and 5, without I/O. The messages are those of <see cref="SocksServerHandshake"/>. Send what
/// <see cref="TakeOutput"/> gives, first before anything arrives; octets that <see cref="Receive"/> does not take are payload. Not thread-safe.
/// </summary>
public sealed class SocksClientHandshake
{
    private readonly SocksRequest _request;
    private readonly byte[] _credentials = [];
    private readonly byte[] _requestOctets;
    private readonly SocksBuffer _buffer = new();
    private byte[] _output;
    private State _state;

    /// <summary>Makes a handshake.</summary>
    /// <param name="request">What to ask for. SOCKS4 takes an IPv4 address only. With SOCKS5 a user other than "" is offered with the password (RFC 1929).</param>
    /// <param name="password">The password of SOCKS5.</param>
    /// <exception cref="ArgumentException">The version cannot carry the request.</exception>
    public SocksClientHandshake(SocksRequest request, string password = "")
    {
        _request = request;
        if (request.Version == SocksVersion.Socks5)
        {
            Span<byte> field = stackalloc byte[SocksAddress.MaximumLength];
            int length = SocksAddress.Write(field, request.Host, request.Port);
            _requestOctets = [5, (byte)request.Command, 0, .. field[..length]];
            if (request.User.Length > 0) _credentials = [1, .. Counted(request.User, "user"), .. Counted(password, "password")];
            _output = _credentials.Length > 0 ? [5, 2, 0, 2] : [5, 1, 0];
            _state = State.Method;
        }
        else
        {
            _requestOctets = Socks4Request(request);
            _output = _requestOctets;
            _state = State.Socks4Reply;
        }
    }

    private enum State
    {
        Method,
        CredentialsStatus,
        Reply,
        Socks4Reply,
        Succeeded,
        Failed,
    }

    /// <summary>What the proxy replied; a SOCKS4 rejection is <see cref="SocksReply.GeneralFailure"/>.</summary>
    public SocksReply Reply { get; private set; } = SocksReply.GeneralFailure;

    /// <summary>In what way the handshake failed.</summary>
    public SocksFailure Failure { get; private set; }

    /// <summary>The address the proxy tells: a name or an address.</summary>
    public string BoundHost { get; private set; } = "";

    /// <summary>The port the proxy tells.</summary>
    public int BoundPort { get; private set; }

    /// <summary>Why the handshake failed, <i>what: expected, got</i>, without anything secret; "" if it did not.</summary>
    public string FailureReason { get; private set; } = "";

    /// <summary>The octets to send now, perhaps none; they are given once.</summary>
    public byte[] TakeOutput()
    {
        byte[] output = _output;
        _output = [];
        return output;
    }

    /// <summary>Takes octets of the handshake, no more.</summary>
    /// <param name="source">What the proxy sent.</param>
    /// <param name="consumed">How many octets were taken; the others are payload once this succeeded.</param>
    public SocksClientEvent Receive(ReadOnlySpan<byte> source, out int consumed)
    {
        int offered = source.Length;
        bool more;
        do
        {
            more = _state switch
            {
                State.Method => ReceiveMethod(ref source),
                State.CredentialsStatus => ReceiveCredentialsStatus(ref source),
                State.Reply => ReceiveReply(ref source),
                State.Socks4Reply => ReceiveSocks4Reply(ref source),
                _ => false,
            };
        }
        while (more);
        consumed = offered - source.Length;
        return _state switch
        {
            State.Succeeded => SocksClientEvent.Succeeded,
            State.Failed => SocksClientEvent.Failed,
            _ => SocksClientEvent.NeedMore,
        };
    }

    private bool ReceiveMethod(ref ReadOnlySpan<byte> source)
    {
        if (!_buffer.Fill(2, ref source)) return false;
        (byte version, byte method) = (_buffer.Received[0], _buffer.Received[1]);
        if (version != 5) return Fail($"version: expected 5, got {version}");
        if (method == 0) return Next(State.Reply, _requestOctets);
        if (method == 2 && _credentials.Length > 0) return Next(State.CredentialsStatus, _credentials);
        return method == 0xff
            ? Fail("method: expected one of those offered, got none acceptable", SocksFailure.NoAcceptableMethod)
            : Fail($"method: expected one of those offered, got {method}");
    }

    private bool ReceiveCredentialsStatus(ref ReadOnlySpan<byte> source)
    {
        if (!_buffer.Fill(2, ref source)) return false;
        byte status = _buffer.Received[1];
        if (status == 0) return Next(State.Reply, _requestOctets);
        Reply = SocksReply.NotAllowed;
        return Fail($"credentials: expected status 0, got {status}", SocksFailure.CredentialsRefused);
    }

    private bool ReceiveReply(ref ReadOnlySpan<byte> source)
    {
        const int AddressAt = 3;
        if (!_buffer.Fill(AddressAt + 1, ref source)) return false;
        (byte version, byte reply) = (_buffer.Received[0], _buffer.Received[1]);
        if (version != 5) return Fail($"reply: version: expected 5, got {version}");
        if (reply != 0)
        {
            Reply = (SocksReply)reply;
            return Fail($"reply: expected 0 (succeeded), got {reply} ({Reply})", SocksFailure.Refused);
        }

        if (SocksAddress.LengthOf(_buffer.Received[AddressAt..]) == 0) return Fail($"reply: address type: expected 1, 3 or 4, got {_buffer.Received[AddressAt]}");
        if (!_buffer.Fill(AddressAt + SocksAddress.LengthOf(_buffer.Received[AddressAt..]), ref source) ||
            !_buffer.Fill(AddressAt + SocksAddress.LengthOf(_buffer.Received[AddressAt..]), ref source)) return false;

        // What the proxy calls its own end of the connection is told to no one that needs it to be well-formed.
        SocksAddress.TryRead(_buffer.Received[AddressAt..], out string host, out int port);
        return Succeed(host, port);
    }

    private bool ReceiveSocks4Reply(ref ReadOnlySpan<byte> source)
    {
        if (!_buffer.Fill(8, ref source)) return false;
        (byte version, byte code) = (_buffer.Received[0], _buffer.Received[1]);
        if (version is not (0 or 4)) return Fail($"reply: version: expected 0, got {version}"); // some servers say 4
        // 92 and 93: the proxy asked identd of this machine who the user is, and was not told, or told another.
        if (code != 90) return Fail($"reply: expected 90 (granted), got {code}", code is 92 or 93 ? SocksFailure.CredentialsRefused : SocksFailure.Refused);
        return Succeed(new IPAddress(_buffer.Received[4..8]).ToString(), (_buffer.Received[2] << 8) | _buffer.Received[3]);
    }

    private bool Next(State state, byte[] output)
    {
        _state = state;
        _output = [.. _output, .. output];
        _buffer.Clear();
        return true;
    }

    private bool Succeed(string host, int port)
    {
        (Reply, BoundHost, BoundPort, _state) = (SocksReply.Succeeded, host, port, State.Succeeded);
        return false;
    }

    private bool Fail(string reason, SocksFailure failure = SocksFailure.Malformed)
    {
        Failure = failure;
        FailureReason = reason;
        _state = State.Failed;
        return false;
    }

    private static byte[] Counted(string text, string what)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        if (octets.Length is 0 or > 255) throw new ArgumentException($"socks: {what}: expected 1 to 255 octets, got {octets.Length}"); // RFC 1929 §2
        return [(byte)octets.Length, .. octets];
    }

    private static byte[] Socks4Request(SocksRequest request)
    {
        byte[] user = Encoding.UTF8.GetBytes(request.User);
        if (user.Length > 255 || user.AsSpan().Contains((byte)0)) throw new ArgumentException($"socks: user id: expected at most 255 octets without NUL, got {user.Length}");
        if (request.Command == SocksCommand.UdpAssociate) throw new ArgumentException("socks: command: expected one that SOCKS4 has, got UDP ASSOCIATE");
        Span<byte> port = stackalloc byte[2];
        SocksAddress.WritePort(port, request.Port);
        byte[] head = [4, (byte)request.Command, .. port];
        if (IPAddress.TryParse(request.Host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork)
            return [.. head, .. address.GetAddressBytes(), .. user, 0];
        if (request.Version == SocksVersion.Socks4) throw new ArgumentException($"socks: host: expected an IPv4 address for SOCKS4, got {request.Host}");
        Span<byte> name = stackalloc byte[255];
        int length = SocksAddress.WriteName(name, request.Host);
        return [.. head, 0, 0, 0, 1, .. user, 0, .. name[..length], 0];
    }
}

using System.Net;
using System.Text;

namespace Adit.Wire.Socks;

/// <summary>
/// The server's side of a SOCKS handshake, versions 4, 4A and 5, without I/O: octets go in, octets to send and events come out.
/// </summary>
/// <remarks>
/// <code>
/// SOCKS4   VN=4 CD DSTPORT[2] DSTIP[4] USERID NUL                     4A: DSTIP = 0.0.0.x (x not 0), then NAME NUL
///          reply  VN=0 CD(90 granted, 91 rejected) DSTPORT[2] DSTIP[4]
/// SOCKS5   VER=5 NMETHODS METHODS[NMETHODS]                           RFC 1928 §3; reply VER=5 METHOD
///          VER=1 ULEN UNAME PLEN PASSWD                               RFC 1929 §2; reply VER=1 STATUS
///          VER=5 CMD RSV=0 ATYP DST.ADDR DST.PORT                     RFC 1928 §4; reply VER=5 REP RSV=0 ATYP BND.ADDR BND.PORT
/// </code>
/// Theory of operation: call <see cref="Receive"/> with what the client sent; it takes octets of the handshake only, so that whatever a client sends
/// right behind its request stays with the caller. After every call send what <see cref="TakeOutput"/> gives. Not thread-safe. Holds 520 octets at most.
/// </remarks>
/// <param name="options">Null for the defaults: every version, no password.</param>
public sealed partial class SocksServerHandshake(SocksServerOptions? options = null)
{
    private const byte MethodNone = 0;              // NO AUTHENTICATION REQUIRED
    private const byte MethodUserPassword = 2;      // USERNAME/PASSWORD
    private const byte MethodsNotAcceptable = 0xff; // NO ACCEPTABLE METHODS

    private readonly SocksServerOptions _options = options ?? new SocksServerOptions();
    private readonly SocksBuffer _buffer = new();
    private readonly List<byte> _output = [];
    private State _state = State.Version;

    private enum State
    {
        Version,
        Socks4Request,
        Methods,
        Credentials,
        CredentialsJudged,
        Request,
        Requested,
        Bound,
        Done,
        Failed,
    }

    /// <summary>The request, after <see cref="SocksServerEvent.Request"/>.</summary>
    public SocksRequest Request { get; private set; }

    /// <summary>The user name, after <see cref="SocksServerEvent.Credentials"/>.</summary>
    public string User { get; private set; } = "";

    /// <summary>The password, after <see cref="SocksServerEvent.Credentials"/>; forgotten once it is answered.</summary>
    public string Password { get; private set; } = "";

    /// <summary>Why the handshake failed, <i>what: expected, got</i>, without anything secret; "" if it did not.</summary>
    public string FailureReason { get; private set; } = "";

    /// <summary>Whether the last reply was given: what follows is payload, or the end.</summary>
    public bool IsDone => _state == State.Done;

    /// <summary>Takes octets of the handshake, up to the next event. Octets not taken are to be given again after it, or are payload.</summary>
    /// <param name="source">What the client sent.</param>
    /// <param name="consumed">How many octets were taken.</param>
    public SocksServerEvent Receive(ReadOnlySpan<byte> source, out int consumed)
    {
        int offered = source.Length;
        SocksServerEvent found;
        do
        {
            found = Step(ref source);
        }
        while (found == SocksServerEvent.NeedMore && _advanced);
        consumed = offered - source.Length;
        return found;
    }

    /// <summary>The octets to send now, perhaps none; they are given once.</summary>
    public byte[] TakeOutput()
    {
        byte[] output = [.. _output];
        _output.Clear();
        return output;
    }

    /// <summary>Answers the credentials (RFC 1929 §2). Refused ones end the handshake.</summary>
    /// <param name="accepted">Whether the user is who they say.</param>
    public void AnswerCredentials(bool accepted)
    {
        if (_state != State.CredentialsJudged) throw new InvalidOperationException("socks: credentials: expected to be asked, got an answer");
        Password = "";
        _output.AddRange([1, accepted ? (byte)0 : (byte)1]);
        if (accepted) _state = State.Request;
        else Fail("credentials: expected a known user and password, got others");
    }

    /// <summary>Answers the request. A BIND that succeeded is answered twice: with the address bound, and with the peer that came.</summary>
    /// <param name="reply">What came of it; SOCKS4 is told granted or rejected.</param>
    /// <param name="bound">The local address of the connection or listener; null: 0.0.0.0:0.</param>
    public void Reply(SocksReply reply, IPEndPoint? bound = null)
    {
        if (_state is not (State.Requested or State.Bound)) throw new InvalidOperationException("socks: reply: expected a request, got none");
        WriteReply(Request.Version, reply, bound);
        _state = _state == State.Requested && Request.Command == SocksCommand.Bind && reply == SocksReply.Succeeded ? State.Bound : State.Done;
    }

    private void WriteReply(SocksVersion version, SocksReply reply, IPEndPoint? bound)
    {
        bound ??= new IPEndPoint(IPAddress.Any, 0);
        Span<byte> field = stackalloc byte[SocksAddress.MaximumLength];
        int length = SocksAddress.Write(field, bound);
        if (version == SocksVersion.Socks5)
        {
            _output.AddRange([5, (byte)reply, 0]);
            _output.AddRange(field[..length]);
            return;
        }

        // VN of a reply is 0. An IPv6 address cannot be told.
        _output.AddRange([0, reply == SocksReply.Succeeded ? (byte)90 : (byte)91]);
        _output.AddRange(field[(length - 2)..length]);
        _output.AddRange(field[0] == SocksAddress.Ipv4 ? field[1..5] : "\0\0\0\0"u8);
    }

    private SocksServerEvent Fail(string reason)
    {
        FailureReason = reason;
        _state = State.Failed;
        _buffer.Clear();
        return SocksServerEvent.Failed;
    }

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);
}

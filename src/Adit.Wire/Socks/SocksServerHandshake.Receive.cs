using System.Net;

namespace Adit.Wire.Socks;

// The messages from the client.
public sealed partial class SocksServerHandshake
{
    private bool _advanced; // the last step took a whole message: the next may find another in the same octets

    private SocksServerEvent Step(ref ReadOnlySpan<byte> source)
    {
        _advanced = false;
        return _state switch
        {
            State.Version => ReceiveVersion(ref source),
            State.Socks4Request => ReceiveSocks4Request(ref source),
            State.Methods => ReceiveMethods(ref source),
            State.Credentials => ReceiveCredentials(ref source),
            State.Request => ReceiveRequest(ref source),
            State.Failed => SocksServerEvent.Failed,
            _ => SocksServerEvent.NeedMore, // the caller's turn: nothing is taken
        };
    }

    private SocksServerEvent ReceiveVersion(ref ReadOnlySpan<byte> source)
    {
        if (!_buffer.Fill(1, ref source)) return SocksServerEvent.NeedMore;
        byte version = _buffer.Received[0];
        if (version is not (4 or 5)) return Fail($"version: expected 4 or 5, got {version}");
        if (version == 4 && _options.RequireCredentials)
        {
            WriteReply(SocksVersion.Socks4, SocksReply.NotAllowed, null);
            return Fail("version: expected 5, for user and password are required, got 4");
        }

        if (version == 4 && !_options.AllowSocks4)
        {
            WriteReply(SocksVersion.Socks4, SocksReply.NotAllowed, null);
            return Fail("version: expected 5, got 4");
        }

        return Next(version == 4 ? State.Socks4Request : State.Methods, clear: false);
    }

    private SocksServerEvent ReceiveSocks4Request(ref ReadOnlySpan<byte> source)
    {
        const int UserAt = 8;
        if (!_buffer.Fill(UserAt, ref source)) return SocksServerEvent.NeedMore;
        if (!FillText(UserAt, ref source, out int userLength)) return userLength > 255 ? RejectSocks4("user id: expected at most 255 octets, got more") : SocksServerEvent.NeedMore;
        ReadOnlySpan<byte> address = _buffer.Received[4..8];
        SocksVersion version = address[..3].ContainsAnyExcept((byte)0) || address[3] == 0 ? SocksVersion.Socks4 : SocksVersion.Socks4a;
        string host;
        if (version == SocksVersion.Socks4)
        {
            host = new IPAddress(address).ToString();
        }
        else
        {
            int nameAt = UserAt + userLength + 1;
            if (!FillText(nameAt, ref source, out int nameLength)) return nameLength > 255 ? RejectSocks4("host: expected at most 255 octets, got more") : SocksServerEvent.NeedMore;
            if (!SocksAddress.TryReadName(_buffer.Received.Slice(nameAt, nameLength), out host)) return RejectSocks4("host: expected a name, got none or a forbidden character");
        }

        byte command = _buffer.Received[1];
        if (command is not ((byte)SocksCommand.Connect or (byte)SocksCommand.Bind)) return RejectSocks4($"command: expected 1 (CONNECT) or 2 (BIND), got {command}");
        int port = (_buffer.Received[2] << 8) | _buffer.Received[3];
        return TakeRequest(new SocksRequest(version, (SocksCommand)command, host, port, Text(_buffer.Received.Slice(UserAt, userLength))));
    }

    /// <summary>Takes octets up to a NUL; false with more than 255 of them is too long, else not complete yet.</summary>
    private bool FillText(int start, ref ReadOnlySpan<byte> source, out int length)
    {
        while (true)
        {
            length = _buffer.Received[start..].IndexOf((byte)0);
            if (length >= 0) return true;
            length = _buffer.Received.Length - start;
            if (length > 255 || !_buffer.Fill(start + length + 1, ref source)) return false;
        }
    }

    private SocksServerEvent RejectSocks4(string reason)
    {
        WriteReply(SocksVersion.Socks4, SocksReply.GeneralFailure, null);
        return Fail(reason);
    }

    private SocksServerEvent ReceiveMethods(ref ReadOnlySpan<byte> source)
    {
        if (!_buffer.Fill(2, ref source) || !_buffer.Fill(2 + _buffer.Received[1], ref source)) return SocksServerEvent.NeedMore;
        byte method = _options.RequireCredentials ? MethodUserPassword : MethodNone;
        if (!_buffer.Received[2..].Contains(method))
        {
            _output.AddRange([5, MethodsNotAcceptable]);
            return Fail($"methods: expected {method} ({(method == MethodNone ? "no authentication" : "user and password")}) among them, got {_buffer.Received[1]} others");
        }

        _output.AddRange([5, method]);
        return Next(method == MethodUserPassword ? State.Credentials : State.Request);
    }

    private SocksServerEvent ReceiveCredentials(ref ReadOnlySpan<byte> source)
    {
        if (!_buffer.Fill(2, ref source)) return SocksServerEvent.NeedMore;
        byte version = _buffer.Received[0];
        if (version != 1) return Fail($"credentials: version: expected 1, got {version}");
        int userLength = _buffer.Received[1];
        if (!_buffer.Fill(2 + userLength + 1, ref source)) return SocksServerEvent.NeedMore;
        int passwordLength = _buffer.Received[2 + userLength];
        if (!_buffer.Fill(2 + userLength + 1 + passwordLength, ref source)) return SocksServerEvent.NeedMore;
        User = Text(_buffer.Received.Slice(2, userLength));
        Password = Text(_buffer.Received.Slice(2 + userLength + 1, passwordLength));
        Next(State.CredentialsJudged);
        return SocksServerEvent.Credentials;
    }

    private SocksServerEvent ReceiveRequest(ref ReadOnlySpan<byte> source)
    {
        const int AddressAt = 3;
        if (!_buffer.Fill(AddressAt + 1, ref source)) return SocksServerEvent.NeedMore;
        byte version = _buffer.Received[0];
        if (version != 5) return RejectSocks5(SocksReply.GeneralFailure, $"request: version: expected 5, got {version}");
        byte type = _buffer.Received[AddressAt];
        if (SocksAddress.LengthOf(_buffer.Received[AddressAt..]) == 0)
            return RejectSocks5(SocksReply.AddressTypeNotSupported, $"request: address type: expected 1, 3 or 4, got {type}");
        if (!_buffer.Fill(AddressAt + SocksAddress.LengthOf(_buffer.Received[AddressAt..]), ref source) ||
            !_buffer.Fill(AddressAt + SocksAddress.LengthOf(_buffer.Received[AddressAt..]), ref source)) return SocksServerEvent.NeedMore;
        byte command = _buffer.Received[1];
        if (command is < (byte)SocksCommand.Connect or > (byte)SocksCommand.UdpAssociate)
            return RejectSocks5(SocksReply.CommandNotSupported, $"request: command: expected 1, 2 or 3, got {command}");
        if (!SocksAddress.TryRead(_buffer.Received[AddressAt..], out string host, out int port))
            return RejectSocks5(SocksReply.GeneralFailure, "request: host: expected a name, got none or a forbidden character");
        return TakeRequest(new SocksRequest(SocksVersion.Socks5, (SocksCommand)command, host, port, User));
    }

    private SocksServerEvent RejectSocks5(SocksReply reply, string reason)
    {
        WriteReply(SocksVersion.Socks5, reply, null);
        return Fail(reason);
    }

    private SocksServerEvent TakeRequest(SocksRequest request)
    {
        Request = request;
        Next(State.Requested);
        return SocksServerEvent.Request;
    }

    private SocksServerEvent Next(State state, bool clear = true)
    {
        _state = state;
        _advanced = true;
        if (clear) _buffer.Clear();
        return SocksServerEvent.NeedMore;
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;
using Adit.Core;
using Adit.Ssh.Keys;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Agent;

/// <summary>
/// A client of an SSH agent (draft-ietf-sshm-ssh-agent). Each message, both ways, is
/// <code>
/// uint32    length
/// byte      type
/// byte[]    contents
/// </code>
/// Requests go one at a time; after an error, a timeout or a cancelled request the connection is of no more use. Owns its stream.
/// </summary>
public sealed class SshAgentClient : IAsyncDisposable
{
    // OpenSSH's limit (authfd.c, MAX_AGENT_REPLY_LEN and MAX_AGENT_IDENTITIES).
    private const int GreatestReply = 256 * 1024;
    private const uint GreatestCount = 2048;

    // Ours: listing needs no person; signing may wait for one to confirm or to touch a token.
    private static readonly TimeSpan ListTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SignTimeout = TimeSpan.FromMinutes(2);

    private readonly Stream _stream;
    private readonly string _where;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _one = new(1);
    private bool _broken;

    /// <summary>Speaks to an agent over a stream that is open already.</summary>
    /// <param name="stream">The stream; owned from now on.</param>
    /// <param name="where">Named in errors, e.g. the socket's path.</param>
    /// <param name="time">The clock of the timeouts; null for the system's.</param>
    public SshAgentClient(Stream stream, string where, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _where = where;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Connects to an agent's socket, as $SSH_AUTH_SOCK or IdentityAgent names it.</summary>
    /// <param name="path">The path of the unix socket.</param>
    /// <param name="ct">Cancels the attempt.</param>
    /// <exception cref="TunnelException">No agent listens there, or this user may not connect.</exception>
    public static async Task<SshAgentClient> ConnectAsync(string path, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new SshAgentClient(new NetworkStream(socket, ownsSocket: true), path);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            TunnelError error = e is SocketException { SocketErrorCode: SocketError.AccessDenied } ? TunnelError.PermissionDenied : TunnelError.ConnectionRefused;
            throw new TunnelException(error, $"{path}: agent: expected a socket that an agent listens on, got {e.Message}", inner: e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Lists the keys that the agent holds and that can be used here; others are passed over.</summary>
    /// <param name="ct">Cancels; the connection is of no use afterwards.</param>
    /// <returns>Signers that use this connection and live as long as it; none when the agent is locked or empty.</returns>
    /// <exception cref="TunnelException">The agent is gone, late, or broke its protocol.</exception>
    public async Task<IReadOnlyList<ISshSigner>> ListAsync(CancellationToken ct = default)
    {
        byte[] reply = await ExchangeAsync([AgentMessage.RequestIdentities], ListTimeout, ct);
        if (reply is [AgentMessage.Failure, ..]) return [];
        return DecodeIdentities(reply) ?? throw Malformed("a list of keys");
    }

    /// <summary>Tells the agent to which session its next signatures belong (session-bind@openssh.com in PROTOCOL.agent of OpenSSH), so that it can enforce where keys may be used.</summary>
    /// <param name="hostKey">The server's host key.</param>
    /// <param name="sessionId">The session id: the first exchange hash.</param>
    /// <param name="signature">The server's signature over it.</param>
    /// <param name="isForwarding">Whether the connection will carry the agent onwards.</param>
    /// <param name="ct">Cancels; the connection is of no use afterwards.</param>
    /// <returns>False when the agent does not know this extension or refuses.</returns>
    /// <exception cref="TunnelException">The agent is gone, late, or broke its protocol.</exception>
    public async Task<bool> BindSessionAsync(
        SshPublicKey hostKey, ReadOnlyMemory<byte> sessionId, ReadOnlyMemory<byte> signature, bool isForwarding, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(hostKey);
        byte[] reply = await ExchangeAsync(EncodeBind(hostKey, sessionId.Span, signature.Span, isForwarding), ListTimeout, ct);
        return reply switch
        {
            [AgentMessage.Success] => true,
            [AgentMessage.Failure or AgentMessage.ExtensionFailure, ..] => false,
            _ => throw Malformed("an answer to session-bind"),
        };
    }

    /// <summary>Hands a key to the agent, which keeps a copy.</summary>
    /// <param name="key">The key.</param>
    /// <param name="comment">What the agent lists it as.</param>
    /// <param name="lifetime">How long the agent keeps it, in whole seconds; null for as long as it runs.</param>
    /// <param name="confirms">Whether the agent asks before each use.</param>
    /// <param name="ct">Cancels; the connection is of no use afterwards.</param>
    /// <returns>False when the agent refuses.</returns>
    /// <exception cref="TunnelException">The agent is gone, late, or broke its protocol.</exception>
    public async Task<bool> AddAsync(SshPrivateKey key, string comment, TimeSpan? lifetime = null, bool confirms = false, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(comment);
        byte[] request = new byte[1 + SshSecret.GreatestFields + SshWriter.TextLength(comment) + 6];
        byte[] exact = [];
        try
        {
            exact = EncodeAdd(request, key, comment, lifetime, confirms);
            return await ExchangeAsync(exact, ListTimeout, ct) is [AgentMessage.Success];
        }
        finally
        {
            request.AsSpan().Clear();
            exact.AsSpan().Clear();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _one.Dispose();
    }

    internal async Task<byte[]> SignAsync(SshPublicKey key, string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        byte[] reply = await ExchangeAsync(EncodeSign(key, algorithm, data.Span), SignTimeout, ct);
        if (reply is [AgentMessage.Failure, ..])
            throw new TunnelException(TunnelError.AuthenticationFailed, $"{_where}: agent: expected a signature by {key.Fingerprint}, got a refusal");
        byte[] signature = DecodeSignature(reply) ?? throw Malformed("a signature");

        // An agent that does not know the flags signs with SHA-1, which nobody asked for.
        if (!SshSignature.TryDecodeAlgorithm(signature, out string used) || used != SshCertificate.PlainNameOf(algorithm))
            throw new TunnelException(TunnelError.NotSupported, $"{_where}: agent: expected a signature with {algorithm}, got another kind");
        return signature;
    }

    private static byte[] EncodeSign(SshPublicKey key, string algorithm, ReadOnlySpan<byte> data)
    {
        byte[] request = new byte[1 + 4 + key.Blob.Length + 4 + data.Length + 4];
        SshWriter writer = new(request);
        writer.WriteByte(AgentMessage.SignRequest);
        writer.WriteString(key.Blob.Span);
        writer.WriteString(data);
        writer.WriteUInt32(SshCertificate.PlainNameOf(algorithm) switch
        {
            RsaPublicKey.Sha256Algorithm => AgentMessage.FlagRsaSha256,
            RsaPublicKey.Sha512Algorithm => AgentMessage.FlagRsaSha512,
            _ => 0u,
        });
        return request;
    }

    private static byte[] EncodeAdd(byte[] room, SshPrivateKey key, string comment, TimeSpan? lifetime, bool confirms)
    {
        SshWriter writer = new(room);
        writer.WriteByte(lifetime is null && !confirms ? AgentMessage.AddIdentity : AgentMessage.AddConstrained);
        key.WriteFields(ref writer);
        writer.WriteText(comment);
        if (lifetime is { } time)
        {
            writer.WriteByte(AgentMessage.ConstrainLifetime);
            writer.WriteUInt32((uint)time.TotalSeconds);
        }

        if (confirms) writer.WriteByte(AgentMessage.ConstrainConfirm);
        return room[..writer.Written];
    }

    private static byte[] EncodeBind(SshPublicKey hostKey, ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> signature, bool isForwarding)
    {
        const string Name = "session-bind@openssh.com";
        byte[] request = new byte[1 + SshWriter.TextLength(Name) + 12 + hostKey.Blob.Length + sessionId.Length + signature.Length + 1];
        SshWriter writer = new(request);
        writer.WriteByte(AgentMessage.Extension);
        writer.WriteText(Name);
        writer.WriteString(hostKey.Blob.Span);
        writer.WriteString(sessionId);
        writer.WriteString(signature);
        writer.WriteBoolean(isForwarding);
        return request;
    }

    private List<ISshSigner>? DecodeIdentities(ReadOnlySpan<byte> reply)
    {
        SshReader reader = new(reply);
        if (!reader.TryReadByte(out byte type) || type != AgentMessage.IdentitiesAnswer || !reader.TryReadUInt32(out uint count) || count > GreatestCount) return null;
        List<ISshSigner> signers = [];
        for (uint i = 0; i < count; i++)
        {
            if (!reader.TryReadString(out ReadOnlySpan<byte> blob) || !reader.TryReadText(out string comment)) return null;
            if (SshPublicKey.TryDecode(blob, out SshPublicKey? key, out _)) signers.Add(new AgentSigner(this, key, comment));
        }

        return signers;
    }

    private static byte[]? DecodeSignature(ReadOnlySpan<byte> reply)
    {
        SshReader reader = new(reply);
        return reader.TryReadByte(out byte type) && type == AgentMessage.SignResponse && reader.TryReadString(out ReadOnlySpan<byte> signature)
            ? signature.ToArray() : null;
    }

    private async Task<byte[]> ExchangeAsync(byte[] request, TimeSpan timeout, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (_broken) throw new TunnelException(TunnelError.ConnectionLost, $"{_where}: agent: expected a connection in order, got one that failed before");
            _broken = true;
            using CancellationTokenSource deadline = new(timeout, _time);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
            try
            {
                byte[] reply = await ExchangeOnceAsync(request, both.Token);
                _broken = false;
                return reply;
            }
            catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                throw new TunnelException(TunnelError.TimedOut, $"{_where}: agent: expected an answer within {timeout.TotalSeconds:0} s, got none", inner: e);
            }
            catch (Exception e) when (e is IOException and not TunnelException or SocketException or ObjectDisposedException)
            {
                throw new TunnelException(TunnelError.ConnectionLost, $"{_where}: agent: expected an answer, got a closed connection", inner: e);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<byte[]> ExchangeOnceAsync(byte[] request, CancellationToken ct)
    {
        byte[] framed = new byte[4 + request.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, request.Length);
        request.CopyTo(framed, 4);
        await _stream.WriteAsync(framed, ct);
        await _stream.FlushAsync(ct);
        framed.AsSpan().Clear(); // a key may have been in it
        byte[] header = new byte[4];
        await _stream.ReadExactlyAsync(header, ct);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length is 0 or > GreatestReply)
            throw new TunnelException(TunnelError.ProtocolViolation, $"{_where}: agent: expected an answer of 1 to {GreatestReply} octets, got {length}");
        byte[] reply = new byte[length];
        await _stream.ReadExactlyAsync(reply, ct);
        return reply;
    }

    private TunnelException Malformed(string expected) => new(TunnelError.ProtocolViolation, $"{_where}: agent: expected {expected}, got something else");
}

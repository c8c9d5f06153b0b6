using Adit.Core;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Authentication;

/// <summary>The methods.</summary>
internal sealed partial class ServerAuthenticator
{
    private async ValueTask<bool> TryPublicKeyAsync(UserauthRequestMessage request, CancellationToken cancellationToken)
    {
        if (PublicKeyAuthFields.TryDecode(request.MethodFields.Span, out PublicKeyAuthFields fields, out _) != DecodeStatus.Ok)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "ssh: publickey: expected a well-formed request");
        }

        return await TryKeyAsync(request, fields.Algorithm, fields.Blob, default, fields.Signature, cancellationToken).ConfigureAwait(false);
    }

    // OpenSSH PROTOCOL §3.1: the host key must be that of the first key exchange.
    private async ValueTask<bool> TryHostboundAsync(UserauthRequestMessage request, CancellationToken cancellationToken)
    {
        if (HostboundPublicKeyAuthFields.TryDecode(request.MethodFields.Span, out HostboundPublicKeyAuthFields fields, out _) != DecodeStatus.Ok)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "ssh: publickey-hostbound: expected a well-formed request");
        }

        if (connection.Transport.ServerHostKey is not { } own || !own.Span.SequenceEqual(fields.HostKey.Span))
        {
            Refuse(request.User, "publickey", null, counts: true);
            return false;
        }

        return await TryKeyAsync(request, fields.Algorithm, fields.Blob, fields.HostKey, fields.Signature, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> TryKeyAsync(
        UserauthRequestMessage request, string algorithm, ReadOnlyMemory<byte> blob, ReadOnlyMemory<byte> hostKey, ReadOnlyMemory<byte>? signature, CancellationToken cancellationToken)
    {
        if (!SshPublicKey.TryDecode(blob.Span, out SshPublicKey? key, out string? why))
        {
            LogBadKey(logger, request.User, why);
            Refuse(request.User, "publickey", null, counts: true);
            return false;
        }

        bool usable = !key.IsTooShort(options.Transport.Algorithms.RequiredRsaBits) && key.SignatureAlgorithms.Contains(algorithm) && (_rules.SignatureAlgorithms ?? options.Transport.Algorithms.UserKey).Contains(algorithm) && !_usedKeys.Contains(key);
        KeyPermissions? permissions = usable ? await authority.FindAsync(request.User, key, source, cancellationToken).ConfigureAwait(false) : null;
        if (permissions is null)
        {
            LogRefusedKey(logger, request.User, key.KeyType, key.Fingerprint);
            Refuse(request.User, "publickey", key, counts: true);
            return false;
        }

        if (signature is not { } signed)
        {
            Told(request.User, "publickey", LoginOutcome.Postponed, key);
            connection.Send(new UserauthPkOkMessage(algorithm, blob));
            return false;
        }

        if (!key.VerifyLogin(SignedData(request, algorithm, blob, hostKey), signed.Span, [algorithm], permissions))
        {
            LogBadSignature(logger, request.User, key.Fingerprint);
            Refuse(request.User, "publickey", key, counts: true);
            return false;
        }

        return Succeed(request.User, "publickey", key, permissions);
    }

    private byte[] SignedData(in UserauthRequestMessage request, string algorithm, ReadOnlyMemory<byte> blob, ReadOnlyMemory<byte> hostKey)
    {
        // RFC 4252 §7: session identifier ‖ the request up to and with the public key; where it is bound, and with the host key.
        byte[] head = (request with { MethodFields = default }).ToArray();
        byte[] sessionId = connection.Transport.SessionId;
        byte[] data = new byte[4 + sessionId.Length + head.Length + 1 + SshWriter.TextLength(algorithm) + 4 + blob.Length + (hostKey.IsEmpty ? 0 : 4 + hostKey.Length)];
        var writer = new SshWriter(data);
        writer.WriteString(sessionId);
        writer.WriteBytes(head);
        writer.WriteBoolean(true);
        writer.WriteText(algorithm);
        writer.WriteString(blob.Span);
        if (!hostKey.IsEmpty) writer.WriteString(hostKey.Span);
        return data;
    }

    private async ValueTask<bool> TryPasswordAsync(UserauthRequestMessage request, CancellationToken cancellationToken)
    {
        if (PasswordAuthFields.TryDecode(request.MethodFields.Span, out PasswordAuthFields fields, out _) != DecodeStatus.Ok)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "ssh: password: expected a well-formed request");
        }

        // Passwords are not changed here (RFC 4252 §8).
        if (fields.NewPassword is null && await _login!.CheckPasswordAsync(request.User, fields.Password, cancellationToken).ConfigureAwait(false))
        {
            return Succeed(request.User, "password", null, KeyPermissions.Unrestricted);
        }

        Refuse(request.User, "password", null, counts: true);
        return false;
    }

    private async ValueTask<bool> TryQuestionsAsync(UserauthRequestMessage request, CancellationToken cancellationToken)
    {
        connection.Send(new UserauthInfoRequestMessage("", "", "", [new UserauthPrompt("Password: ", false)]));
        Told(request.User, "keyboard-interactive/pam", LoginOutcome.Postponed, null);
        byte[] payload = await connection.ReadAuthenticationAsync(cancellationToken).ConfigureAwait(false);
        if (payload[0] == (byte)MessageNumber.UserauthRequest)
        {
            // RFC 4256 §3.1: a new request gives the old one up.
            _failures++;
            UserauthRequestMessage next = Decode<UserauthRequestMessage>(payload);
            if (next.Service != Service) throw new TunnelException(TunnelError.ProtocolViolation, "ssh: service: expected ssh-connection, got another");
            await BeginAsync(next.User, cancellationToken).ConfigureAwait(false);
            if (++_requests >= MaximumRequests || _failures >= _rules.MaxAuthTries) throw new TunnelException(TunnelError.AuthenticationFailed, "Too many authentication failures");
            return await TryAsync(next, cancellationToken).ConfigureAwait(false);
        }

        UserauthInfoResponseMessage answer = Decode<UserauthInfoResponseMessage>(payload);
        if (answer.Responses is [var password] && await _login!.CheckPasswordAsync(request.User, password, cancellationToken).ConfigureAwait(false))
        {
            return Succeed(request.User, "keyboard-interactive", null, KeyPermissions.Unrestricted);
        }

        Refuse(request.User, "keyboard-interactive", null, counts: true);
        return false;
    }
}

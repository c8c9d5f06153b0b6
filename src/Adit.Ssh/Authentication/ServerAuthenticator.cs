using System.Net;
using Adit.Core;
using Adit.Ssh.Channels;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Wire;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Authentication;

/// <summary>The server's side of RFC 4252: publickey, and nothing else.</summary>
internal sealed partial class ServerAuthenticator(SshConnection connection, SshServerOptions options, IUserKeyAuthority authority, IPEndPoint? source, ILogger logger)
{
    private const string Service = "ssh-connection";
    /// <summary>Ours: requests of all kinds, also those that only ask whether a key would do; more than any agent holds keys.</summary>
    private const int MaximumRequests = 256;

    private static readonly string[] Methods = ["publickey"];
    private int _failures;
    private int _requests;
    private bool _noneSeen;
    private bool _bannerSent;

    /// <returns>Who logged in; the success is the caller's to send.</returns>
    /// <exception cref="TunnelException">Nobody did.</exception>
    public async Task<(string User, SshPublicKey Key, KeyPermissions Permissions)> RunAsync(CancellationToken cancellationToken)
    {
        ServiceRequestMessage service = Decode<ServiceRequestMessage>(await connection.ReadAuthenticationAsync(cancellationToken).ConfigureAwait(false));
        if (service.ServiceName != "ssh-userauth")
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "ssh: service: expected ssh-userauth, got another");
        }

        connection.Send(new ServiceAcceptMessage("ssh-userauth"));
        while (true)
        {
            UserauthRequestMessage request = Decode<UserauthRequestMessage>(await connection.ReadAuthenticationAsync(cancellationToken).ConfigureAwait(false));
            if (request.Service != Service) throw new TunnelException(TunnelError.ProtocolViolation, "ssh: service: expected ssh-connection, got another");
            if (!_bannerSent && options.Banner is { } banner)
            {
                _bannerSent = true;
                connection.Send(new UserauthBannerMessage(banner, ""));
            }

            if (request.Method == "publickey" && await TryPublicKeyAsync(request, cancellationToken).ConfigureAwait(false) is { } login) return login;
            // The first "none" asks for the methods (RFC 4252 §5.2); every client may ask once.
            if (request.Method != "publickey") Refuse(request.User, request.Method, counts: request.Method != "none" || _noneSeen);
            _noneSeen |= request.Method == "none";
            if (++_requests >= MaximumRequests) throw new TunnelException(TunnelError.AuthenticationFailed, "Too many authentication failures");
        }
    }

    private async ValueTask<(string User, SshPublicKey Key, KeyPermissions Permissions)?> TryPublicKeyAsync(UserauthRequestMessage request, CancellationToken cancellationToken)
    {
        if (PublicKeyAuthFields.TryDecode(request.MethodFields.Span, out PublicKeyAuthFields fields, out _) != DecodeStatus.Ok)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "ssh: publickey: expected a well-formed request");
        }

        if (!SshPublicKey.TryDecode(fields.Blob.Span, out SshPublicKey? key, out string? why))
        {
            LogBadKey(logger, request.User, why);
            Refuse(request.User, "publickey", counts: true);
            return null;
        }

        bool usable = !key.IsTooShort(options.Transport.Algorithms.RequiredRsaBits) && key.SignatureAlgorithms.Contains(fields.Algorithm) && options.Transport.Algorithms.UserKey.Contains(fields.Algorithm);
        KeyPermissions? permissions = usable ? await authority.FindAsync(request.User, key, source, cancellationToken).ConfigureAwait(false) : null;
        if (permissions is null)
        {
            LogRefusedKey(logger, request.User, key.KeyType, key.Fingerprint);
            Refuse(request.User, "publickey", counts: true);
            return null;
        }

        if (fields.Signature is not { } signature)
        {
            connection.Send(new UserauthPkOkMessage(fields.Algorithm, fields.Blob));
            return null;
        }

        if (!key.VerifyLogin(SignedData(request, fields), signature.Span, [fields.Algorithm], permissions))
        {
            LogBadSignature(logger, request.User, key.Fingerprint);
            Refuse(request.User, "publickey", counts: true);
            return null;
        }

        LogAccepted(logger, request.User, key.KeyType, key.Fingerprint);
        return (request.User, key, permissions);
    }

    private byte[] SignedData(in UserauthRequestMessage request, in PublicKeyAuthFields fields)
    {
        // RFC 4252 §7: session identifier ‖ the request up to and with the public key.
        byte[] head = (request with { MethodFields = default }).ToArray();
        byte[] sessionId = connection.Transport.SessionId;
        byte[] data = new byte[4 + sessionId.Length + head.Length + 1 + SshWriter.TextLength(fields.Algorithm) + 4 + fields.Blob.Length];
        var writer = new SshWriter(data);
        writer.WriteString(sessionId);
        writer.WriteBytes(head);
        writer.WriteBoolean(true);
        writer.WriteText(fields.Algorithm);
        writer.WriteString(fields.Blob.Span);
        return data;
    }

    private void Refuse(string user, string method, bool counts)
    {
        if (counts && ++_failures >= options.MaxAuthTries)
        {
            LogTooMany(logger, user, _failures);
            throw new TunnelException(TunnelError.AuthenticationFailed, "Too many authentication failures");
        }

        LogFailed(logger, method, user);
        connection.Send(new UserauthFailureMessage(Methods, false));
    }

    private static T Decode<T>(byte[] payload)
        where T : ISshMessage<T> =>
        T.TryDecode(payload, out T message, out _) == DecodeStatus.Ok
            ? message
            : throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: authentication: expected message {(int)T.Number}, got {payload[0]}, malformed or out of turn");

    [LoggerMessage(Level = LogLevel.Debug, Message = "publickey for {User}: {Reason}")]
    private static partial void LogBadKey(ILogger logger, string user, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "publickey for {User}: {Type} {Fingerprint} is not authorised")]
    private static partial void LogRefusedKey(ILogger logger, string user, string type, string fingerprint);

    [LoggerMessage(Level = LogLevel.Information, Message = "publickey for {User}: {Fingerprint}: wrong signature")]
    private static partial void LogBadSignature(ILogger logger, string user, string fingerprint);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Accepted publickey for {User}: {Type} {Fingerprint}")]
    private static partial void LogAccepted(ILogger logger, string user, string type, string fingerprint);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Failed {Method} for {User}")]
    private static partial void LogFailed(ILogger logger, string method, string user);

    [LoggerMessage(Level = LogLevel.Information, Message = "too many authentication failures for {User} ({Count})")]
    private static partial void LogTooMany(ILogger logger, string user, int count);
}

using Adit.Core;
using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;
using Adit.Wire;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Authentication;

/// <summary>The client's side of RFC 4252: tries the methods in the user's order as long as the server lets it go on.</summary>
internal sealed partial class ClientAuthenticator(SshConnection connection, SshClientOptions options, ILogger logger, TimeProvider time)
{
    private const string Service = "ssh-connection";

    /// <summary>
    /// Ours: how long a server may take for one answer, where the connect timeout is not longer: sshd's LoginGraceTime. A server may itself wait, for
    /// a push on a telephone, so it is not short.
    /// </summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(120);

    private readonly HashSet<SshPublicKey> _triedKeys = [];
    private readonly List<string> _succeeded = [];
    private string[] _mayContinue = [];
    private int _passwordAttempts;
    private int _interactiveAttempts;
    private IEnumerator<ISshSigner>? _signers;

    private ReadOnlyMemory<byte>? HostKeyToName => options.BindsToHost && connection.Transport is { PeerTakesHostbound: true, InitialProof: { } proof } ? proof.HostKey.Blob : (ReadOnlyMemory<byte>?)null;

    private string PublicKeyMethod => HostKeyToName is null ? "publickey" : "publickey-hostbound-v00@openssh.com";

    /// <exception cref="TunnelException">No method was accepted; the message names those that the server would have continued with.</exception>
    /// <returns>The method that let the user in.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        long asked = connection.RoundTrip.Ask();
        connection.Send(new ServiceRequestMessage("ssh-userauth"));
        if (options.Transport.IsSlim)
        {
            // The request for the method follows that for the service at once: one message less, and a round trip.
            if (await TrySlimAsync(asked, cancellationToken).ConfigureAwait(false)) return "publickey";
        }
        else
        {
            await ExpectServiceAcceptAsync(cancellationToken).ConfigureAwait(false);
            connection.RoundTrip.Answered(asked);
        }

        connection.Send(new UserauthRequestMessage(options.User, Service, "none", default));
        if (await ReadOutcomeAsync(cancellationToken).ConfigureAwait(false)) return "none";
        while (true)
        {
            bool? outcome = null;
            string tried = "none";
            foreach (string method in options.AuthenticationMethods)
            {
                if (!_mayContinue.Contains(method)) continue;
                LogNext(logger, method);
                tried = method;
                outcome = await TryMethodAsync(method, cancellationToken).ConfigureAwait(false);
                if (outcome is not null) break;
            }

            if (outcome == true) return tried;
            // A false may have changed what may continue (partial success) or leave another attempt; a null is the end of the road.
            if (outcome is null)
            {
                string partial = _succeeded.Count > 0 ? $" (accepted so far: {string.Join(',', _succeeded)})" : "";
                throw new TunnelException(TunnelError.AuthenticationFailed, $"{options.User}@{options.Host}: Permission denied ({string.Join(',', _mayContinue)}){partial}.");
            }
        }
    }

    /// <summary>Sends the first key that fits with its proof, unasked; the server's answer to a request for the service comes before that for the key.</summary>
    private async ValueTask<bool> TrySlimAsync(long asked, CancellationToken cancellationToken)
    {
        bool sent = false;
        if (options.AuthenticationMethods.Contains("publickey"))
        {
            _signers ??= options.Identities.GetEnumerator();
            while (!sent && _signers.MoveNext())
            {
                ISshSigner signer = _signers.Current;
                if (ChooseAlgorithm(signer.PublicKey) is not { } algorithm || !_triedKeys.Add(signer.PublicKey)) continue;
                LogOffering(logger, signer.Comment, signer.PublicKey.KeyType, signer.PublicKey.FingerprintBy(options.Transport.FingerprintHash));
                if (await SignAsync(signer, algorithm, cancellationToken).ConfigureAwait(false) is not { } signature) continue;
                SendPublicKey(signer.PublicKey, algorithm, signature);
                sent = true;
            }
        }

        await ExpectServiceAcceptAsync(cancellationToken).ConfigureAwait(false);
        connection.RoundTrip.Answered(asked);
        return sent && await ReadOutcomeAsync(cancellationToken, "publickey").ConfigureAwait(false);
    }

    private async ValueTask<bool?> TryMethodAsync(string method, CancellationToken cancellationToken) => method switch
    {
        "publickey" => await TryPublicKeyAsync(cancellationToken).ConfigureAwait(false),
        "password" => await TryPasswordAsync(cancellationToken).ConfigureAwait(false),
        "keyboard-interactive" => await TryKeyboardInteractiveAsync(cancellationToken).ConfigureAwait(false),
        _ => null,
    };

    private async ValueTask<bool?> TryPublicKeyAsync(CancellationToken cancellationToken)
    {
        _signers ??= options.Identities.GetEnumerator();
        while (_signers.MoveNext())
        {
            ISshSigner signer = _signers.Current;
            string? algorithm = ChooseAlgorithm(signer.PublicKey);
            if (algorithm is null || !_triedKeys.Add(signer.PublicKey)) continue;
            LogOffering(logger, signer.Comment, signer.PublicKey.KeyType, signer.PublicKey.FingerprintBy(options.Transport.FingerprintHash));
            // Asked first: a signature may need a passphrase or a touch.
            SendPublicKey(signer.PublicKey, algorithm, null);
            byte[] answer = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if ((MessageNumber)answer[0] != MessageNumber.UserauthMethodSpecific60)
            {
                if (Conclude(answer, "publickey")) return true;
                continue;
            }

            LogAccepted(logger, signer.PublicKey.FingerprintBy(options.Transport.FingerprintHash));
            byte[]? signature = await SignAsync(signer, algorithm, cancellationToken).ConfigureAwait(false);
            if (signature is null) continue;
            SendPublicKey(signer.PublicKey, algorithm, signature);
            return await ReadOutcomeAsync(cancellationToken, "publickey").ConfigureAwait(false);
        }

        return null;
    }

    private void SendPublicKey(SshPublicKey key, string algorithm, byte[]? signature)
    {
        byte[] fields = HostKeyToName is { } hostKey
            ? SshChannel.Encode(new HostboundPublicKeyAuthFields(algorithm, key.Blob, hostKey, signature is null ? null : (ReadOnlyMemory<byte>?)signature))
            : SshChannel.Encode(new PublicKeyAuthFields(algorithm, key.Blob, signature is null ? null : (ReadOnlyMemory<byte>?)signature));
        connection.Send(new UserauthRequestMessage(options.User, Service, PublicKeyMethod, fields));
    }

    private string? ChooseAlgorithm(SshPublicKey key)
    {
        if (key.IsTooShort(options.Transport.Algorithms.RequiredRsaBits))
        {
            LogTooShort(logger, key.Fingerprint, key.Bits);
            return null;
        }

        IReadOnlyList<string>? server = connection.Transport.PeerSignatureAlgorithms;
        foreach (string algorithm in key.SignatureAlgorithms)
        {
            if (options.UserKeyAlgorithms.Contains(algorithm) && (server is null || server.Contains(algorithm) || server.Contains(SshCertificate.PlainNameOf(algorithm)))) return algorithm;
        }

        LogUnusable(logger, key.KeyType, key.Fingerprint);
        return null;
    }

    private async ValueTask<byte[]?> SignAsync(ISshSigner signer, string algorithm, CancellationToken cancellationToken)
    {
        byte[] request = new UserauthRequestMessage(options.User, Service, PublicKeyMethod, default).ToArray();
        byte[] sessionId = connection.Transport.SessionId;
        ReadOnlyMemory<byte>? hostKey = HostKeyToName;
        byte[] data = new byte[4 + sessionId.Length + request.Length + 1 + SshWriter.TextLength(algorithm) + 4 + signer.PublicKey.Blob.Length + (hostKey is { } named ? 4 + named.Length : 0)];
        Write(data);
        try
        {
            return await signer.SignAsync(algorithm, data, cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            LogSigningFailed(logger, e.Message);
            return null;
        }

        void Write(byte[] octets)
        {
            // RFC 4252 §7: session identifier ‖ the request up to and with the public key.
            var writer = new SshWriter(octets);
            writer.WriteString(sessionId);
            writer.WriteBytes(request);
            writer.WriteBoolean(true);
            writer.WriteText(algorithm);
            writer.WriteString(signer.PublicKey.Blob.Span);
            if (hostKey is { } host) writer.WriteString(host.Span); // OpenSSH PROTOCOL §3.1
        }
    }

    private async ValueTask<bool?> TryPasswordAsync(CancellationToken cancellationToken)
    {
        if (options.Passwords is null || _passwordAttempts >= options.PasswordAttempts) return null;
        string? password = await options.Passwords.GetPasswordAsync(options.User, options.Host, _passwordAttempts++, cancellationToken).ConfigureAwait(false);
        if (password is null)
        {
            _passwordAttempts = int.MaxValue;
            return null;
        }

        connection.Send(new UserauthRequestMessage(options.User, Service, "password", SshChannel.Encode(new PasswordAuthFields(password))));
        byte[] answer = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if ((MessageNumber)answer[0] != MessageNumber.UserauthMethodSpecific60) return Conclude(answer, "password");
        throw new TunnelException(TunnelError.AuthenticationFailed, $"{options.User}@{options.Host}: password: expected one that is in force, got a demand to change it, which is not there yet");
    }

    private async ValueTask<bool?> TryKeyboardInteractiveAsync(CancellationToken cancellationToken)
    {
        if (options.Passwords is null || _interactiveAttempts >= options.PasswordAttempts) return null;
        _interactiveAttempts++;
        connection.Send(new UserauthRequestMessage(options.User, Service, "keyboard-interactive", SshChannel.Encode(new KeyboardInteractiveAuthFields("", ""))));
        while (true)
        {
            byte[] answer = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if ((MessageNumber)answer[0] != MessageNumber.UserauthMethodSpecific60) return Conclude(answer, "keyboard-interactive");
            UserauthInfoRequestMessage questions = Decode<UserauthInfoRequestMessage>(answer);
            string[]? replies = questions.Prompts.Length == 0
                ? []
                : await options.Passwords.AnswerAsync(questions.Name, questions.Instruction, questions.Prompts, cancellationToken).ConfigureAwait(false);
            if (replies is null) _interactiveAttempts = int.MaxValue;
            connection.Send(new UserauthInfoResponseMessage(replies ?? []));
        }
    }

    private async ValueTask ExpectServiceAcceptAsync(CancellationToken cancellationToken)
    {
        byte[] answer = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if ((MessageNumber)answer[0] != MessageNumber.ServiceAccept) throw Unexpected(answer[0]);
    }

    private async ValueTask<bool> ReadOutcomeAsync(CancellationToken cancellationToken, string method = "none") =>
        Conclude(await ReadAsync(cancellationToken).ConfigureAwait(false), method);

    private bool Conclude(byte[] answer, string method)
    {
        switch ((MessageNumber)answer[0])
        {
            case MessageNumber.UserauthSuccess:
                LogSucceeded(logger, method);
                return true;
            case MessageNumber.UserauthFailure:
                UserauthFailureMessage failure = Decode<UserauthFailureMessage>(answer);
                _mayContinue = failure.Methods;
                if (failure.PartialSuccess) _succeeded.Add(method);
                LogMayContinue(logger, string.Join(',', failure.Methods));
                return false;
            default:
                throw Unexpected(answer[0]);
        }
    }

    private async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            byte[] message = await ReadInTimeAsync(cancellationToken).ConfigureAwait(false);
            if ((MessageNumber)message[0] != MessageNumber.UserauthBanner) return message;
            options.Banner?.Invoke(Decode<UserauthBannerMessage>(message).Text);
        }
    }

    private async ValueTask<byte[]> ReadInTimeAsync(CancellationToken cancellationToken)
    {
        TimeSpan limit = options.ConnectTimeout > AnswerTimeout ? options.ConnectTimeout : AnswerTimeout;
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await connection.ReadAuthenticationAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TunnelException(TunnelError.TimedOut, $"{options.Host}: authentication: expected an answer within {limit.TotalSeconds} s, got none", null, e);
        }
    }

    private static T Decode<T>(byte[] payload)
        where T : ISshMessage<T> =>
        T.TryDecode(payload, out T message, out _) == DecodeStatus.Ok ? message : throw Unexpected(payload[0]);

    private static TunnelException Unexpected(byte number) =>
        new(TunnelError.ProtocolViolation, $"ssh: authentication: expected an answer, got message {number}, malformed or out of turn");

    [LoggerMessage(Level = LogLevel.Debug, Message = "Offering public key: {Comment} {Type} {Fingerprint}")]
    private static partial void LogOffering(ILogger logger, string comment, string type, string fingerprint);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Server accepts key: {Fingerprint}")]
    private static partial void LogAccepted(ILogger logger, string fingerprint);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Skipping key {Fingerprint}: RSA key of {Bits} bits is shorter than required")]
    private static partial void LogTooShort(ILogger logger, string fingerprint, int bits);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No mutual signature algorithm for {Type} {Fingerprint}")]
    private static partial void LogUnusable(ILogger logger, string type, string fingerprint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private static partial void LogSigningFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Authentications that can continue: {Methods}")]
    private static partial void LogMayContinue(ILogger logger, string methods);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Next authentication method: {Method}")]
    private static partial void LogNext(ILogger logger, string method);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Authentication succeeded ({Method}).")]
    private static partial void LogSucceeded(ILogger logger, string method);
}

using System.Net;
using Adit.Core;
using Adit.Ssh.Channels;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Wire;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Authentication;

/// <summary>
/// The server's side of RFC 4252: publickey, also bound to the host key, and where the authority knows more than keys, password,
/// keyboard-interactive (RFC 4256) and several of them one after another.
/// </summary>
internal sealed partial class ServerAuthenticator(SshConnection connection, SshServerOptions options, IUserKeyAuthority authority, IPEndPoint? source, ILogger logger)
{
    private const string Service = "ssh-connection";
    private const string Hostbound = "publickey-hostbound-v00@openssh.com";

    /// <summary>Ours: requests of all kinds, also those that only ask whether a key would do; more than any agent holds keys.</summary>
    private const int MaximumRequests = 256;

    private readonly ILoginAuthority? _login = authority as ILoginAuthority;
    private readonly List<string> _proofs = [];
    private readonly List<SshPublicKey> _usedKeys = [];
    private LoginRules _rules = new() { Methods = ["publickey"], MaxAuthTries = options.MaxAuthTries, Banner = options.Banner };
    private IReadOnlyList<IReadOnlyList<string>> _open = [];
    private KeyPermissions _permissions = KeyPermissions.Unrestricted;
    private string? _user;
    private int _failures;
    private int _requests;
    private bool _noneSeen;

    /// <summary>The rules of the user; the defaults before a name was given.</summary>
    public LoginRules Rules => _rules;

    /// <returns>Who logged in; the success is the caller's to send.</returns>
    /// <exception cref="TunnelException">Nobody did.</exception>
    public async Task<LoginResult> RunAsync(CancellationToken cancellationToken)
    {
        ServiceRequestMessage service = Decode<ServiceRequestMessage>(await connection.ReadAuthenticationAsync(cancellationToken).ConfigureAwait(false));
        if (service.ServiceName != "ssh-userauth")
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "ssh: service: expected ssh-userauth, got another");
        }

        long asked = connection.RoundTrip.Ask();
        connection.Send(new ServiceAcceptMessage("ssh-userauth"));
        while (true)
        {
            UserauthRequestMessage request = Decode<UserauthRequestMessage>(await connection.ReadAuthenticationAsync(cancellationToken).ConfigureAwait(false));
            // Every answer of this side is followed by a request, or by a person's time to think.
            connection.RoundTrip.Answered(asked);
            if (request.Service != Service) throw new TunnelException(TunnelError.ProtocolViolation, "ssh: service: expected ssh-connection, got another");
            await BeginAsync(request.User, cancellationToken).ConfigureAwait(false);
            bool loggedIn = await TryAsync(request, cancellationToken).ConfigureAwait(false);
            _noneSeen |= request.Method == "none";
            if (loggedIn) return new LoginResult(request.User, _usedKeys.LastOrDefault(), _permissions, _proofs);
            if (++_requests >= MaximumRequests) throw new TunnelException(TunnelError.AuthenticationFailed, "Too many authentication failures");
        }
    }

    private async ValueTask BeginAsync(string user, CancellationToken cancellationToken)
    {
        if (_user is null)
        {
            _user = user;
            if (_login is not null) _rules = await _login.BeginAsync(user, cancellationToken).ConfigureAwait(false);
            _open = _rules.Required;
            if (_rules.Banner is { } banner) connection.Send(new UserauthBannerMessage(banner, ""));
        }
        else if (_login is not null && user != _user)
        {
            // What was proven for one user must not count for another.
            throw new TunnelException(TunnelError.ProtocolViolation, "Change of username or service not allowed");
        }
    }

    private async ValueTask<bool> TryAsync(UserauthRequestMessage request, CancellationToken cancellationToken)
    {
        switch (request.Method)
        {
            case "publickey" when Offers("publickey"):
                return await TryPublicKeyAsync(request, cancellationToken).ConfigureAwait(false);
            case Hostbound when Offers("publickey"):
                return await TryHostboundAsync(request, cancellationToken).ConfigureAwait(false);
            case "password" when Offers("password"):
                return await TryPasswordAsync(request, cancellationToken).ConfigureAwait(false);
            case "keyboard-interactive" when Offers("keyboard-interactive"):
                return await TryQuestionsAsync(request, cancellationToken).ConfigureAwait(false);
            case "none" when !_noneSeen && _rules.EmptyPasswords && _login is not null && await _login.CheckPasswordAsync(request.User, "", cancellationToken).ConfigureAwait(false):
                return Succeed(request.User, "none", null, KeyPermissions.Unrestricted);
            default:
                // The first "none" asks for the methods (RFC 4252 §5.2); every client may ask once.
                Refuse(request.User, request.Method, null, counts: request.Method != "none" || _noneSeen);
                return false;
        }
    }

    private bool Offers(string method) => _rules.Methods.Contains(method) && (_rules.Required.Count == 0 || _open.Any(list => NameOf(list[0]) == method));

    // "keyboard-interactive:pam" names a device.
    private static string NameOf(string method) => method.Split(':')[0];

    /// <summary>A method succeeded: whether that was all that is needed.</summary>
    private bool Succeed(string user, string method, SshPublicKey? key, KeyPermissions permissions)
    {
        if (_login is not null && !_login.Admits(user, method, key is null ? null : permissions))
        {
            Refuse(user, method, key, counts: true);
            return false;
        }

        if (key is not null) _usedKeys.Add(key);
        _permissions = _permissions.Within(permissions);
        _proofs.Add(key is null ? method : $"{method} {key.ToAuthorizedKeysLine()}");
        if (_rules.Required.Count > 0)
        {
            _open = [.. _open.Where(list => NameOf(list[0]) == method).Select(list => list.Skip(1).ToArray())];
            if (_open.All(list => list.Count > 0))
            {
                Told(user, method, LoginOutcome.Partial, key);
                connection.Send(new UserauthFailureMessage(Remaining(), true));
                return false;
            }
        }

        LogAccepted(logger, method, user, key?.ToString() ?? "");
        Told(user, method, LoginOutcome.Accepted, key);
        return true;
    }

    private string[] Remaining() => _rules.Required.Count == 0
        ? [.. _rules.Methods]
        : [.. _open.Select(list => NameOf(list[0])).Where(_rules.Methods.Contains).Distinct()];

    private void Refuse(string user, string method, SshPublicKey? key, bool counts)
    {
        if (counts && ++_failures >= _rules.MaxAuthTries)
        {
            Told(user, method, LoginOutcome.Failed, key);
            Told(user, method, LoginOutcome.TooMany, key);
            LogTooMany(logger, user, _failures);
            throw new TunnelException(TunnelError.AuthenticationFailed, "Too many authentication failures");
        }

        if (counts) Told(user, method, LoginOutcome.Failed, key);
        LogFailed(logger, method, user);
        connection.Send(new UserauthFailureMessage(Remaining(), false));
    }

    private void Told(string user, string method, LoginOutcome outcome, SshPublicKey? key) => _login?.OnAttempt(new LoginAttempt(user, method, outcome, key, _failures));

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

    [LoggerMessage(Level = LogLevel.Debug, Message = "Accepted {Method} for {User}: {Key}")]
    private static partial void LogAccepted(ILogger logger, string method, string user, string key);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Failed {Method} for {User}")]
    private static partial void LogFailed(ILogger logger, string method, string user);

    [LoggerMessage(Level = LogLevel.Information, Message = "too many authentication failures for {User} ({Count})")]
    private static partial void LogTooMany(ILogger logger, string user, int count);
}

using Adit.Core;
using Adit.Ssh.Agent;
using Adit.Ssh.Channels;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Client;

/// <summary>
/// The keys to offer, in the order of ssh(1): certificates of files, what both the agent and the configuration have, what the agent has beside, then the configured files.
/// A file is read when its turn comes, and a passphrase asked for only when the server would take its key. Owns the agent's connection and the keys.
/// </summary>
internal sealed partial class IdentityList : IAsyncDisposable
{
    private readonly SshConfig _config;
    private readonly IUserDialogue _dialogue;
    private readonly ILogger _logger;
    private readonly List<IDisposable> _keys = [];
    private readonly Dictionary<string, ISshSigner?> _opened = [];
    private SshAgentClient? _agent;
    private IReadOnlyList<ISshSigner> _agentKeys = [];

    public IdentityList(SshConfig config, IUserDialogue dialogue, ILogger logger) => (_config, _dialogue, _logger) = (config, dialogue, logger);

    /// <summary>The keys; a sequence to be walked once.</summary>
    public IEnumerable<ISshSigner> Keys => Enumerate();

    /// <summary>
    /// Tells the agent whom its signatures are for, and asks it what it has for them. An agent that does not answer counts as none. To be called
    /// before <see cref="Keys"/> is walked.
    /// </summary>
    public async Task AskAgentAsync(SshConnection connection, CancellationToken cancellationToken)
    {
        if (_config.IdentityAgent is not { } path || !_config.PubkeyAuthentication) return;
        try
        {
            _agent = await SshAgentClient.ConnectAsync(path, cancellationToken).ConfigureAwait(false);
            if (connection.Transport.InitialProof is { } proof
                && await _agent.BindSessionAsync(proof.HostKey, connection.Transport.SessionId, proof.Signature, isForwarding: false, cancellationToken).ConfigureAwait(false))
            {
                LogBound(_logger);
            }

            _agentKeys = await _agent.ListAsync(cancellationToken).ConfigureAwait(false);
            LogAgent(_logger, _agentKeys.Count);
        }
        catch (TunnelException e)
        {
            LogNoAgent(_logger, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable key in _keys) key.Dispose();
        _keys.Clear();
        if (_agent is not null) await _agent.DisposeAsync().ConfigureAwait(false);
    }

    private IEnumerable<ISshSigner> Enumerate()
    {
        var files = new List<(string Path, SshPublicKey? Key)>();
        foreach (string path in _config.IdentityFiles)
        {
            files.Add((path, SshPrivateKey.TryReadPublicKey(path, out SshPublicKey? key, out _) ? key : null));
        }

        SshCertificate[] certificates = [.. ReadCertificates(files.Select(f => f.Path))];
        foreach (SshCertificate certificate in certificates)
        {
            if (SignerFor(certificate, files) is { } signer) yield return signer;
        }

        ISshSigner[] listed = [.. _agentKeys.Where(a => files.Any(f => a.PublicKey.Equals(f.Key)) || certificates.Contains(a.PublicKey))];
        foreach (ISshSigner signer in listed) yield return signer;
        if (!_config.IdentitiesOnly)
        {
            foreach (ISshSigner signer in _agentKeys)
            {
                if (!listed.Contains(signer)) yield return signer;
            }
        }

        foreach ((string path, SshPublicKey? key) in files)
        {
            if (listed.Any(a => a.PublicKey.Equals(key))) continue;
            if (Open(path, key) is { } signer) yield return signer;
        }
    }

    // CertificateFile, else what lies beside each identity (ssh_config(5), IdentityFile).
    private IEnumerable<SshCertificate> ReadCertificates(IEnumerable<string> identities)
    {
        bool configured = _config.CertificateFiles.Count > 0;
        foreach (string path in configured ? _config.CertificateFiles : identities.Select(i => i + "-cert.pub"))
        {
            if (!File.Exists(path))
            {
                if (configured) LogMissing(_logger, path);
                continue;
            }

            string? why;
            SshPublicKey? key = null;
            try
            {
                _ = SshPublicKey.TryParse(File.ReadAllText(path), out key, out _, out why);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                why = e.Message;
            }

            if (key is SshCertificate { Kind: CertificateKind.User } certificate) yield return certificate;
            else LogNoCertificate(_logger, path, why ?? "expected the certificate of a user, got something else");
        }
    }

    private ISshSigner? SignerFor(SshCertificate certificate, List<(string Path, SshPublicKey? Key)> files)
    {
        if (_agentKeys.FirstOrDefault(a => a.PublicKey.Equals(certificate)) is { } whole) return whole;
        if (_agentKeys.FirstOrDefault(a => a.PublicKey.Equals(certificate.Certified)) is { } key) return new CertificateSigner(certificate, key);
        (string path, SshPublicKey? known) = files.FirstOrDefault(f => certificate.Certified.Equals(f.Key));
        if (path is null || Open(path, known) is not { } signer)
        {
            LogNoKey(_logger, certificate.KeyId, certificate.Fingerprint);
            return null;
        }

        return new CertificateSigner(certificate, signer);
    }

    // A key serves itself and its certificate, and its passphrase is asked for once.
    private ISshSigner? Open(string path, SshPublicKey? publicKey)
    {
        if (!_opened.TryGetValue(path, out ISshSigner? signer)) _opened.Add(path, signer = TryOpen(path, publicKey));
        return signer;
    }

    private ISshSigner? TryOpen(string path, SshPublicKey? publicKey)
    {
        if (!File.Exists(path))
        {
            LogMissing(_logger, path);
            return null;
        }

        try
        {
            SshPrivateKey key = Keep(SshPrivateKey.Load(path));
            return _config.AddKeysToAgent is null ? key : new FirstUse(key, token => AddToAgentAsync(key, path, token));
        }
        catch (TunnelException e) when (e.Error == TunnelError.AuthenticationFailed)
        {
            // Encrypted. Where the public half is known, the passphrase can wait until the server would take the key.
            if (publicKey is not null) return new EncryptedKeyFile(path, publicKey, LoadWithPassphraseAsync);
            return LoadWithPassphraseAsync(path, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (TunnelException e)
        {
            TellUnusable(e);
            return null;
        }
    }

    private async ValueTask<ISshSigner?> LoadWithPassphraseAsync(string path, CancellationToken cancellationToken)
    {
        if (_config.BatchMode) return null;
        for (int attempt = 0; attempt < _config.NumberOfPasswordPrompts; attempt++)
        {
            string? passphrase = await _dialogue.AskAsync($"Enter passphrase for key '{path}': ", isSecret: true, cancellationToken).ConfigureAwait(false);
            if (string.IsNullOrEmpty(passphrase)) return null;
            try
            {
                SshPrivateKey key = Keep(SshPrivateKey.Load(path, () => passphrase));
                await AddToAgentAsync(key, path, cancellationToken).ConfigureAwait(false);
                return key;
            }
            catch (TunnelException e) when (e.Error == TunnelError.AuthenticationFailed)
            {
                LogWrongPassphrase(_logger, path);
            }
            catch (TunnelException e)
            {
                TellUnusable(e);
                return null;
            }
        }

        return null;
    }

    private SshPrivateKey Keep(SshPrivateKey key)
    {
        _keys.Add(key);
        return key;
    }

    private void TellUnusable(TunnelException e) => _dialogue.Tell(
        e.Message.Contains("permissions:", StringComparison.Ordinal)
            ? $"WARNING: UNPROTECTED PRIVATE KEY FILE! {e.Message}: this private key will be ignored."
            : $"Load key: {e.Message}");

    [LoggerMessage(Level = LogLevel.Debug, Message = "agent returned {Count} keys")]
    private static partial void LogAgent(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "bound agent to hostkey")]
    private static partial void LogBound(ILogger logger);

    [LoggerMessage(Level = LogLevel.Debug, Message = "no agent: {Reason}")]
    private static partial void LogNoAgent(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "no such identity: {Path}: No such file or directory")]
    private static partial void LogMissing(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Debug, Message = "certificate {Path}: {Reason}")]
    private static partial void LogNoCertificate(ILogger logger, string path, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "no private key for certificate \"{KeyId}\" of {Fingerprint}")]
    private static partial void LogNoKey(ILogger logger, string keyId, string fingerprint);

    [LoggerMessage(Level = LogLevel.Debug, Message = "bad passphrase given, try again... ({Path})")]
    private static partial void LogWrongPassphrase(ILogger logger, string path);
}

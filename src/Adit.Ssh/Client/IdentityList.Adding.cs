using System.Globalization;
using Adit.Core;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Client;

/// <summary>AddKeysToAgent: a key that was read from a file goes into the agent when it signs first.</summary>
internal sealed partial class IdentityList
{
    private async ValueTask AddToAgentAsync(SshPrivateKey key, string path, CancellationToken cancellationToken)
    {
        if (_config.AddKeysToAgent is not { } words || _agent is null) return;
        bool confirms = words.StartsWith("confirm", StringComparison.OrdinalIgnoreCase);
        string time = confirms ? words["confirm".Length..].Trim() : words;
        TimeSpan? lifetime = SshConfigUnits.TryParseTime(time, out TimeSpan given) && given > TimeSpan.Zero ? given : null;
        if (words.Equals("ask", StringComparison.OrdinalIgnoreCase) && !await IsPermittedAsync(key, path, cancellationToken).ConfigureAwait(false)) return;
        try
        {
            if (await _agent.AddAsync(key, path, lifetime, confirms, cancellationToken).ConfigureAwait(false)) LogAdded(_logger, path);
            else LogNotAdded(_logger, path, "the agent refused");
        }
        catch (TunnelException e)
        {
            LogNotAdded(_logger, path, e.Message);
        }
    }

    private async ValueTask<bool> IsPermittedAsync(SshPrivateKey key, string path, CancellationToken cancellationToken)
    {
        if (_config.BatchMode) return false;
        string question = string.Create(CultureInfo.InvariantCulture, $"Add key {path} ({key.PublicKey.FingerprintBy(_config.FingerprintHash)}) to agent? (yes/no) ");
        return (await _dialogue.AskAsync(question, isSecret: false, cancellationToken).ConfigureAwait(false))?.Trim() == "yes";
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "identity added to agent: {Path}")]
    private static partial void LogAdded(ILogger logger, string path);

    [LoggerMessage(Level = LogLevel.Debug, Message = "could not add identity to agent: {Path}: {Reason}")]
    private static partial void LogNotAdded(ILogger logger, string path, string reason);

    /// <summary>A key that does something before it first signs.</summary>
    private sealed class FirstUse(SshPrivateKey key, Func<CancellationToken, ValueTask> before) : ISshSigner
    {
        private bool _used;

        public SshPublicKey PublicKey => key.PublicKey;

        public string Comment => key.Comment;

        public async ValueTask<byte[]> SignAsync(string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken ct = default)
        {
            if (!_used) await before(ct).ConfigureAwait(false);
            _used = true;
            return key.Sign(signatureAlgorithm, data.Span);
        }
    }
}

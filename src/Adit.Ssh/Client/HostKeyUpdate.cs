using Adit.Core;
using Adit.Ssh.Channels;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;
using Adit.Wire;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Client;

/// <summary>
/// UpdateHostKeys: a server that is trusted tells all its host keys (hostkeys-00@openssh.com); those that are new and that it proves to hold
/// (hostkeys-prove-00@openssh.com, OpenSSH PROTOCOL §2.5) are recorded, those that it has no more are forgotten. Nothing is done where the user's
/// files say more about the host than its own plain lines: patterns, authorities, or the same keys under other names.
/// </summary>
/// <param name="config">The resolved configuration of the host.</param>
/// <param name="policy">What judged the host key of this connection.</param>
/// <param name="dialogue">Who is asked with <c>ask</c>.</param>
/// <param name="logger">Debug words.</param>
internal sealed partial class HostKeyUpdate(SshConfig config, DialogueHostKeyPolicy policy, IUserDialogue dialogue, ILogger logger)
{
    private const string Prove = "hostkeys-prove-00@openssh.com";

    // Ours: more keys than any server has.
    private const int MostKeys = 64;

    /// <summary>What the server announced.</summary>
    public async ValueTask LearnAsync(SshConnection connection, ReadOnlyMemory<byte> announcement, CancellationToken cancellationToken)
    {
        if (config.UpdateHostKeys == UpdateHostKeys.No || config.UserKnownHostsFiles.Count == 0) return;
        if (!policy.IsTrustedByUser)
        {
            LogSkipped(logger, "the host key was not the user's own to trust");
            return;
        }

        if (HostKeysFields.TryDecode(announcement.Span, out HostKeysFields fields, out _) != DecodeStatus.Ok || fields.Items.Length is 0 or > MostKeys) return;
        try
        {
            await CompareAsync(connection, Decode(fields.Items), cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            LogSkipped(logger, e.Message);
        }
    }

    // ssh(1): one name, or a name and an address, and no patterns.
    private static bool IsPlain(string hosts) => hosts.AsSpan().IndexOfAny("*?!") < 0 && hosts.Count(c => c == ',') <= 1;

    private List<SshPublicKey> Decode(IEnumerable<ReadOnlyMemory<byte>> blobs)
    {
        var keys = new List<SshPublicKey>();
        foreach (ReadOnlyMemory<byte> blob in blobs)
        {
            if (SshPublicKey.TryDecode(blob.Span, out SshPublicKey? key, out _) && key is not SshCertificate
                && key.SignatureAlgorithms.Any(config.HostKeyAlgorithms.Contains) && !keys.Contains(key)) keys.Add(key);
        }

        return keys;
    }

    private async Task CompareAsync(SshConnection connection, List<SshPublicKey> announced, CancellationToken cancellationToken)
    {
        if (announced.Count == 0) return;
        (string host, int port) = policy.Host;
        string name = KnownHosts.NameOf(host, port);
        KnownHosts hosts = KnownHosts.Load([.. config.UserKnownHostsFiles]);
        if (hosts.AuthoritiesFor(host, port).Any())
        {
            LogSkipped(logger, "an authority is known for the host");
            return;
        }

        KnownHostEntry[] own = [.. hosts.Entries.Where(e => e.Marker == KnownHostMarker.None && e.Matches(name))];
        if (own.Length == 0 || !own.All(e => e.IsHashed || IsPlain(e.Hosts)))
        {
            LogSkipped(logger, "known_hosts names the host by a pattern, or not at all");
            return;
        }

        announced.RemoveAll(k => hosts.Lookup(host, port, k).Status == KnownHostStatus.Revoked);
        SshPublicKey[] added = [.. announced.Where(k => !own.Any(e => e.Key.Equals(k)))];
        SshPublicKey[] removed = [.. own.Select(e => e.Key).Where(k => !announced.Contains(k)).Distinct()];
        if (added.Length + removed.Length == 0) return;
        if (hosts.Entries.Any(e => !e.Matches(name) && (added.Contains(e.Key) || removed.Contains(e.Key))))
        {
            LogSkipped(logger, "the keys stand under other names too");
            return;
        }

        if (added.Length > 0 && !await ProvesAsync(connection, added, cancellationToken).ConfigureAwait(false)) return;
        if (await ConfirmsAsync(added, removed, cancellationToken).ConfigureAwait(false)) Record(own, host, port, added, removed);
    }

    private async Task<bool> ProvesAsync(SshConnection connection, SshPublicKey[] keys, CancellationToken cancellationToken)
    {
        byte[] request = SshChannel.Encode(new HostKeysFields([.. keys.Select(k => k.Blob)]));
        GlobalRequestReply reply = await connection.RequestAsync(Prove, request, cancellationToken).ConfigureAwait(false);
        if (!reply.Granted || HostKeysFields.TryDecode(reply.Fields.Span, out HostKeysFields proofs, out _) != DecodeStatus.Ok || proofs.Items.Length != keys.Length)
        {
            LogSkipped(logger, "the server does not prove its keys");
            return false;
        }

        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i].Verify(ToBeSigned(connection.Transport.SessionId, keys[i]), proofs.Items[i].Span, keys[i].SignatureAlgorithms)) continue;
            LogBadProof(logger, keys[i].KeyType, keys[i].Fingerprint);
            return false;
        }

        return true;
    }

    private static byte[] ToBeSigned(byte[] sessionId, SshPublicKey key)
    {
        byte[] data = new byte[SshWriter.TextLength(Prove) + 8 + sessionId.Length + key.Blob.Length];
        var writer = new SshWriter(data);
        writer.WriteText(Prove);
        writer.WriteString(sessionId);
        writer.WriteString(key.Blob.Span);
        return data;
    }

    private async Task<bool> ConfirmsAsync(SshPublicKey[] added, SshPublicKey[] removed, CancellationToken cancellationToken)
    {
        bool asks = config.UpdateHostKeys == UpdateHostKeys.Ask;
        string[] news = [.. added.Select(k => $"Learned new hostkey: {Describe(k)}"), .. removed.Select(k => $"Deprecating obsolete hostkey: {Describe(k)}")];
        foreach (string line in news)
        {
            if (asks) dialogue.Tell(line);
            else LogNews(logger, line);
        }

        if (!asks) return true;
        if (config.BatchMode) return false;
        dialogue.Tell("The server has updated its host keys.\nThese changes were verified by the server's existing trusted key.");
        return await dialogue.AskAsync("Accept updated hostkeys? (yes/no): ", isSecret: false, cancellationToken).ConfigureAwait(false) is { } answer && answer.Trim() == "yes";
    }

    private string Describe(SshPublicKey key) => $"{DialogueHostKeyPolicy.TypeOf(key)} {key.FingerprintBy(config.FingerprintHash)}";

    // New keys go where the known ones stand; of the further files only the obsolete lines go.
    private void Record(KnownHostEntry[] own, string host, int port, SshPublicKey[] added, SshPublicKey[] removed)
    {
        bool isFirst = true;
        foreach (string file in own.Select(e => e.File).Distinct())
        {
            KnownHosts.Replace(file, host, port, removed, isFirst ? added : [], config.HashKnownHosts);
            isFirst = false;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "hostkeys: skipping the update of known_hosts: {Reason}")]
    private static partial void LogSkipped(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "hostkeys: the server gave a bad signature for its {Type} key {Fingerprint}")]
    private static partial void LogBadProof(ILogger logger, string type, string fingerprint);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "Verbose", Message = "{News}")]
    private static partial void LogNews(ILogger logger, string news);
}

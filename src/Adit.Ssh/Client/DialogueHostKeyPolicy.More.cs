using System.Net;
using Adit.Core;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Client;

/// <content>CheckHostIP, KnownHostsCommand, and how keys are shown.</content>
internal sealed partial class DialogueHostKeyPolicy
{
    // ssh_config(5), CheckHostIP: not for loopback, a proxy, or a host that is named by its address.
    private string? AddressName => _config.CheckHostIP && _config.HostKeyAlias is null && Address is { } address && !IPAddress.IsLoopback(address) && address.ToString() != _host
        ? KnownHosts.NameOf(address.ToString(), _port)
        : null;

    private string Shown(SshPublicKey key) => key.FingerprintBy(_config.FingerprintHash);

    private string Picture(SshPublicKey key) => RandomArt.Draw(key.Digest(_config.FingerprintHash), $"{TypeOf(key)} {key.Bits}", _config.FingerprintHash);

    // The files, and what KnownHostsCommand adds for this reason.
    private KnownHosts With(string reason, KnownHosts files, string name, SshPublicKey? key) =>
        _config.KnownHostsCommand is null ? files : files.And(KnownHostsCommand.Run(_config, reason, name, key));

    // The name is known, or has just been accepted; ssh(1) then records an address that is not, and stops or asks where the address is known by another key.
    private async ValueTask CheckAddressAsync(SshPublicKey key, KnownHostEntry? match, bool isCertificate, CancellationToken cancellationToken)
    {
        if (AddressName is not { } name) return;
        string type = TypeOf(key), address = Address!.ToString();
        KnownHostResult result = With("ADDRESS", _knownHosts.Value, name, key).Lookup(address, _port, key);
        switch (result.Status)
        {
            case KnownHostStatus.Unknown when isCertificate || _config.UserKnownHostsFiles.Count == 0:
                _dialogue.Tell($"{type} host key for IP address '{name}' not in list of known hosts.");
                return;
            case KnownHostStatus.Unknown:
                try
                {
                    _knownHosts.Value.Add(address, _port, key, _config.HashKnownHosts);
                    _dialogue.Tell($"Warning: Permanently added the {type} host key for IP address '{name}' to the list of known hosts.");
                }
                catch (TunnelException e)
                {
                    _dialogue.Tell($"Failed to add the {type} host key for IP address '{name}' to the list of known hosts ({_config.UserKnownHostsFiles[0]}): {e.Message}");
                }

                return;
            case KnownHostStatus.Changed:
                string warning = $"Warning: the {type} host key for '{Name}' differs from the key for the IP address '{name}'\nOffending key for IP in {result.Entry!.File}:{result.Entry.Line}{(match is null ? "" : $"\nMatching host key in {match.File}:{match.Line}")}";
                if (_config.StrictHostKeyChecking == StrictHostKeyChecking.Ask)
                {
                    string? answer = _config.BatchMode ? null : await _dialogue.AskAsync($"{warning}\nAre you sure you want to continue connecting (yes/no)? ", isSecret: false, cancellationToken).ConfigureAwait(false);
                    if (answer?.Trim() != "yes") throw Failed(TunnelError.HostKeyChanged);
                    return;
                }

                _dialogue.Tell(warning);
                if (_config.StrictHostKeyChecking == StrictHostKeyChecking.Off) return;
                _dialogue.Tell("Exiting, you have requested strict checking.");
                throw Failed(TunnelError.HostKeyChanged);
            case KnownHostStatus.Revoked:
                TellRevoked(key, $"{result.Entry?.File}:{result.Entry?.Line}");
                throw Failed(TunnelError.HostKeyRevoked);
        }
    }
}

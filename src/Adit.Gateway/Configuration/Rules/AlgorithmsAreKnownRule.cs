using Adit.Ssh.KeyExchange;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>Algorithms are named that the SSH server has.</summary>
internal sealed class AlgorithmsAreKnownRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        SshAlgorithms known = SshAlgorithms.Default;
        (string Path, IReadOnlyList<string>? Wanted, IReadOnlyList<string> Known)[] lists =
        [
            ("gateway.kex", configuration.Gateway?.KeyExchanges, known.KeyExchange),
            ("gateway.ciphers", configuration.Gateway?.Ciphers, known.Cipher),
            ("gateway.macs", configuration.Gateway?.Macs, known.Mac),
        ];
        return lists.SelectMany(l => (l.Wanted ?? []).Where(w => !l.Known.Contains(w)).Select(w => (l.Path, $"expected some of {string.Join(", ", l.Known)}, got {w}")));
    }
}

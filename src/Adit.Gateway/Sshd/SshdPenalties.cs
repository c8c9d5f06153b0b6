using System.Net;
using Adit.Gateway.Admission;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;

namespace Adit.Gateway.Sshd;

/// <summary>PerSourcePenalties: <c>yes</c>, <c>no</c>, or amounts such as <c>authfail:5s max:10m</c> (sshd_config(5) of OpenSSH 9.8). None unless they are configured, as in 9.2.</summary>
internal static class SshdPenalties
{
    public static PenaltyOptions Of(SshdConfig config)
    {
        var options = new PenaltyOptions
        {
            Enabled = config.PerSourcePenalties is { } text && !text.Equals("no", StringComparison.OrdinalIgnoreCase),
            IPv4PrefixLength = config.PerSourceNetBlockSize.IPv4,
            IPv6PrefixLength = config.PerSourceNetBlockSize.IPv6,
            Exempt = [.. (config.PerSourcePenaltyExemptList ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Network).OfType<IPNetwork>()],
        };
        foreach (string word in (config.PerSourcePenalties ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !SshConfigTime.TryParse(word.AsSpan(colon + 1), out TimeSpan time)) continue;
            options = word[..colon] switch
            {
                "authfail" => options with { AuthenticationFailed = time },
                "noauth" => options with { NoAuthentication = time },
                "grace-exceeded" => options with { GraceExceeded = time },
                "crash" => options with { Crash = time },
                "max" => options with { Maximum = time },
                "min" => options with { Minimum = time },
                _ => options,
            };
        }

        return options.Maximum < options.Minimum ? options with { Maximum = options.Minimum } : options;
    }

    private static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out IPNetwork network) ? network
        : IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}

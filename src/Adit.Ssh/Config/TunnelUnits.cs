using System.Globalization;
using System.Diagnostics.CodeAnalysis;

namespace Adit.Ssh.Config;

/// <summary>The numbers of the devices at both ends of a tunnel: TunnelDevice of ssh_config(5), <c>-w</c> of ssh(1). Immutable.</summary>
/// <param name="Local">The device here; null for any.</param>
/// <param name="Remote">The device at the server; null for any.</param>
public sealed record TunnelUnits(int? Local, int? Remote)
{
    /// <summary>OpenSSH's SSH_TUNID_MAX.</summary>
    public const int Most = 0x7fff_fffd;

    /// <summary>Any at both ends; the default.</summary>
    public static TunnelUnits Any { get; } = new(null, null);

    /// <summary>Reads <c>local[:remote]</c>, each a number or <c>any</c>; a remote that is not given is any.</summary>
    /// <param name="text">The text.</param>
    /// <param name="units">What it says.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TunnelUnits? units)
    {
        ArgumentNullException.ThrowIfNull(text);
        units = null;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        int? remote = null;
        if (!TryUnit(colon < 0 ? text : text[..colon], out int? local) || (colon >= 0 && !TryUnit(text[(colon + 1)..], out remote))) return false;
        units = new TunnelUnits(local, remote);
        return true;
    }

    /// <summary>As it is written.</summary>
    public override string ToString() => $"{Text(Local)}:{Text(Remote)}";

    private static string Text(int? unit) => unit?.ToString(CultureInfo.InvariantCulture) ?? "any";

    private static bool TryUnit(string text, out int? unit)
    {
        unit = null;
        if (text.Equals("any", StringComparison.OrdinalIgnoreCase)) return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > Most) return false;
        unit = number;
        return true;
    }
}

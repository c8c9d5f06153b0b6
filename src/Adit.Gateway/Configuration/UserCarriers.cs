using Adit.Core;
using Adit.Gateway.State;

namespace Adit.Gateway.Configuration;

/// <summary>The carriers of the user's own configuration: <c>$ADIT_CONFIG</c>, else <c>$XDG_CONFIG_HOME/adit/adit.yaml</c> (<c>~/.config</c>), else <c>/etc/adit/adit.yaml</c>.</summary>
public static class UserCarriers
{
    /// <summary>Finds carriers by their name.</summary>
    /// <param name="name">What stands behind <c>auto:</c>.</param>
    /// <exception cref="TunnelException">There is no configuration, something in it is wrong, or it does not name them.</exception>
    public static CarriersConfiguration Find(string name)
    {
        string file = Locate() ?? throw new TunnelException(TunnelError.BadConfiguration, $"auto:{name}: expected a configuration with carriers: at $ADIT_CONFIG, ~/.config/adit/adit.yaml or /etc/adit/adit.yaml, got none");
        return Find(ConfigurationFile.Load(file), name, file);
    }

    /// <summary>Finds carriers of a configuration.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="name">What stands behind <c>auto:</c>.</param>
    /// <param name="file">For messages.</param>
    /// <exception cref="TunnelException">It does not name them.</exception>
    public static CarriersConfiguration Find(AditConfiguration configuration, string name, string file)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string[] names = [.. configuration.Carriers.Select(c => c.Name)];
        return configuration.Carriers.FirstOrDefault(c => c.Name == name) ?? throw new TunnelException(
            TunnelError.BadConfiguration, $"auto:{name}: {file}: carriers: expected {(names.Length == 0 ? "an item of that name" : string.Join(" or ", names))}, got {(names.Length == 0 ? "no carriers" : name)}");
    }

    private static string? Locate()
    {
        if (Environment.GetEnvironmentVariable("ADIT_CONFIG") is { Length: > 0 } set) return HomePath.Expand(set);
        string? home = Environment.GetEnvironmentVariable("HOME");
        string? folder = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? xdg : home is { Length: > 0 } ? Path.Combine(home, ".config") : null;
        return ((string?[])[folder is null ? null : Path.Combine(folder, "adit/adit.yaml"), "/etc/adit/adit.yaml"]).FirstOrDefault(File.Exists);
    }
}

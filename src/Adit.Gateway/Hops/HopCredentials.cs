using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.State;

namespace Adit.Gateway.Hops;

/// <summary>
/// Who asks at a hop: from <c>?auth=FILE</c> (one line <c>user:password</c>, mode 0600), from <c>?auth=env:NAME</c> (a variable of the environment that holds
/// the same), or from the URI itself.
/// </summary>
internal static class HopCredentials
{
    private const string Environmental = "env:";

    /// <summary>The user and password of a hop, each null where nothing names it.</summary>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: the file or variable cannot be used.</exception>
    public static (string? User, string? Password) Of(HopUri hop)
    {
        if (hop.AuthFile is not { } place) return (hop.User, hop.Password);
        if (hop.Password is not null) throw Wrong(hop, "auth", "expected credentials from one place, got a password in the URI too");
        return place.StartsWith(Environmental, StringComparison.Ordinal) ? FromEnvironment(hop, place[Environmental.Length..]) : FromFile(hop, HomePath.Expand(place));
    }

    private static (string User, string Password) FromEnvironment(HopUri hop, string name) =>
        Split(Environment.GetEnvironmentVariable(name) ?? throw Wrong(hop, $"auth: {Environmental}{name}", "expected a variable of the environment, got none"))
        ?? throw Wrong(hop, $"auth: {Environmental}{name}", "expected user:password");

    // In a file that nobody else may read.
    private static (string User, string Password) FromFile(HopUri hop, string file)
    {
        try
        {
            if ((File.GetUnixFileMode(file) & (UnixFileMode)0b000_111_111) != 0) throw Wrong(hop, $"auth: {file}", "permissions: expected none for group and others (chmod 600)");
            return Split(File.ReadLines(file).FirstOrDefault() ?? "") ?? throw Wrong(hop, $"auth: {file}", "expected user:password on one line");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not TunnelException)
        {
            throw Wrong(hop, $"auth: {file}", $"expected a readable file, got {e.Message}", e);
        }
    }

    private static (string User, string Password)? Split(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? (line[..colon], line[(colon + 1)..]) : null;
    }

    private static TunnelException Wrong(HopUri hop, string where, string what, Exception? cause = null) => new(TunnelError.BadConfiguration, $"{hop}: {where}: {what}", hop.ToString(), cause);
}

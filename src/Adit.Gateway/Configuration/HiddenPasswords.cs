using Adit.Core.Hops;

namespace Adit.Gateway.Configuration;

/// <summary>
/// Passwords that read <c>***</c>: a configuration that was printed has them. It can be checked and planned, but what it runs would offer those three characters.
/// </summary>
internal static class HiddenPasswords
{
    /// <summary>Where there are any: the path of the key, and <c>expected …, got …</c>.</summary>
    public static IEnumerable<(string Path, string Message)> Of(AditConfiguration configuration)
    {
        for (int i = 0; i < configuration.Forwards.Count; i++)
            foreach (string hop in In(configuration.Forwards[i].Via)) yield return ($"forwards[{i}].via", $"{hop}: {Expected("auth=FILE")}");
        for (int i = 0; i < configuration.Links.Count; i++)
            foreach (string hop in In(configuration.Links[i].Via)) yield return ($"links[{i}].via", $"{hop}: {Expected("auth=FILE")}");
        for (int i = 0; i < configuration.Proxies.Count; i++)
        {
            foreach (string hop in In(configuration.Proxies[i].Via)) yield return ($"proxies[{i}].via", $"{hop}: {Expected("auth=FILE")}");
            foreach (string user in configuration.Proxies[i].Users.Where(u => !u.StartsWith('@') && u.EndsWith($":{HopText.Hidden}", StringComparison.Ordinal)))
                yield return ($"proxies[{i}].user", $"{user}: {Expected("@FILE")}");
        }
    }

    private static IEnumerable<string> In(IReadOnlyList<HopUri> via) => via.Where(h => h.Password == HopText.Hidden).Select(h => h.ToString());

    private static string Expected(string instead) => $"expected a password, got the {HopText.Hidden} that stands for one where a configuration is printed; {instead} names a file with it";
}

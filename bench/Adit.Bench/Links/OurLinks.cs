using Adit.TestKit.Peers;

namespace Adit.Bench.Links;

/// <summary>"adit link" at both ends.</summary>
internal static class OurLinks
{
    /// <summary>Opens one.</summary>
    /// <param name="site">The namespaces.</param>
    /// <param name="name">What the table calls it.</param>
    /// <param name="group">Its group.</param>
    /// <param name="arguments">What follows "adit link" but for addresses.</param>
    public static async Task<LinkPath> OpenAsync(LinkSite site, string name, LinkGroup group, params string[] arguments)
    {
        (string left, string right) = site.NextAddresses();
        bool six = arguments[0] == "sit";
        if (six) (left, right) = ($"fd80:{left.Split('.')[2]}::1", $"fd80:{left.Split('.')[2]}::2");
        AditLink client = await StartAsync(site, site.Left, site.Right, left, arguments);
        AditLink server = await StartAsync(site, site.Right, site.Left, right, arguments);
        return new LinkPath(name, group, right, [client.Process, server.Process]) { Links = (client, server) };
    }

    private static async Task<AditLink> StartAsync(LinkSite site, NetworkNamespace at, NetworkNamespace other, string inner, string[] arguments) => site.Own(await AditLink.StartAsync(
        at, [.. arguments, "--local", at.Address4, "--remote", other.Address4, "--dev", $"a-{arguments[0]}", "--address", inner.Contains(':') ? $"{inner}/64" : $"{inner}/30"]));
}

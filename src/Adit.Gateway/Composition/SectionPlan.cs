using System.Text;
using Adit.Core.Hops;
using Adit.Gateway.Configuration;

namespace Adit.Gateway.Composition;

/// <summary>A section that is to run: what tells it from every other, and how it is started.</summary>
/// <param name="Name">Its name in messages, such as <c>forwards[0]</c>.</param>
/// <param name="Identity">Everything it is made of, secrets and the state of its files included: equal means unchanged. A secret.</param>
/// <param name="Places">Where it will listen, as configured, so that it can be told who stands in its way; ports of 0 left out.</param>
/// <param name="StartAsync">Starts it.</param>
internal sealed record SectionPlan(string Name, string Identity, IReadOnlyList<string> Places, Func<CancellationToken, Task<ISection>> StartAsync)
{
    /// <summary>The identity of a gateway.</summary>
    public static string IdentityOf(GatewayConfiguration gateway, string? state)
    {
        var text = new StringBuilder(ConfigurationWriter.Write(new AditConfiguration { Gateway = gateway, State = state }));
        SectionFiles.AppendStamps(text, SectionFiles.Of(gateway));
        return text.ToString();
    }

    /// <summary>The identity of a forward.</summary>
    public static string IdentityOf(ForwardConfiguration forward, string? sshConfig)
    {
        var text = new StringBuilder(ConfigurationWriter.Write(new AditConfiguration { Forwards = [forward] }));
        return text.Append(IdentityOf(forward.Via, sshConfig)).ToString();
    }

    /// <summary>The identity of a proxy.</summary>
    public static string IdentityOf(ProxyConfiguration proxy, string? sshConfig)
    {
        var text = new StringBuilder(ConfigurationWriter.Write(new AditConfiguration { Proxies = [proxy] }));
        text.AppendJoin('\n', proxy.Users).Append('\n').Append(IdentityOf(proxy.Via, sshConfig));
        SectionFiles.AppendStamps(text, SectionFiles.Of(proxy));
        return text.ToString();
    }

    /// <summary>The identity of a link.</summary>
    public static string IdentityOf(LinkConfiguration link, string? sshConfig)
    {
        var text = new StringBuilder(ConfigurationWriter.Write(new AditConfiguration { Links = [link] }));
        return text.Append(IdentityOf(link.Via, sshConfig)).ToString();
    }

    /// <summary>The identity of a chain of hops.</summary>
    public static string IdentityOf(IReadOnlyList<HopUri> via, string? sshConfig)
    {
        var text = new StringBuilder();
        foreach (HopUri hop in via) text.Append(HopText.Write(hop)).Append(' ').Append(hop.Password).Append('\n');
        SectionFiles.AppendStamps(text, via.SelectMany(SectionFiles.Of));
        if (via.Any(h => h.Scheme.Name == "ssh")) text.Append(sshConfig);
        return text.ToString();
    }
}

using System.Globalization;
using System.Text;
using Adit.Core.Hops;
using Adit.Gateway.Configuration;
using Adit.Gateway.State;

namespace Adit.Gateway.Composition;

/// <summary>The files that sections read when they start, and how they stood at some moment.</summary>
internal static class SectionFiles
{
    /// <summary>Those of a gateway; what is made in the state folder left out.</summary>
    public static IEnumerable<SectionFile> Of(GatewayConfiguration gateway)
    {
        foreach (string key in gateway.HostKeys) yield return new("host-key", HomePath.Expand(key), IsSecret: true);
        if (gateway.Certificate is { } certificate) yield return new("certificate", HomePath.Expand(certificate), IsSecret: gateway.CertificateKey is null);
        if (gateway.CertificateKey is { } certificateKey) yield return new("certificate-key", HomePath.Expand(certificateKey), IsSecret: true);
    }

    /// <summary>Those of a forward.</summary>
    public static IEnumerable<SectionFile> Of(ForwardConfiguration forward) => forward.Via.SelectMany(Of);

    /// <summary>Those of a proxy.</summary>
    public static IEnumerable<SectionFile> Of(ProxyConfiguration proxy)
    {
        if (proxy.TlsCertificate is { } certificate) yield return new("tls-certificate", HomePath.Expand(certificate), IsSecret: true);
        foreach (string user in proxy.Users.Where(u => u.StartsWith('@'))) yield return new("user", HomePath.Expand(user[1..]), IsSecret: true);
        foreach (SectionFile file in proxy.Via.SelectMany(Of)) yield return file;
    }

    /// <summary>Those of a link that it reads.</summary>
    public static IEnumerable<SectionFile> Of(LinkConfiguration link) => link.Via.SelectMany(Of);

    /// <summary>Those of a hop.</summary>
    public static IEnumerable<SectionFile> Of(HopUri hop)
    {
        if (hop.AuthFile is { } auth && !auth.StartsWith("env:", StringComparison.Ordinal)) yield return new("auth", HomePath.Expand(auth), IsSecret: true);
        if (hop.IdentityFile is { } identity) yield return new("identity", HomePath.Expand(identity), IsSecret: true);
        if (hop.Query.GetValueOrDefault("ca") is { Length: > 0 } authorities) yield return new("ca", HomePath.Expand(authorities), IsSecret: false);
        if (hop.Query.GetValueOrDefault("cert") is { Length: > 0 } certificate) yield return new("cert", HomePath.Expand(certificate), IsSecret: !hop.Query.ContainsKey("key"));
        if (hop.Query.GetValueOrDefault("key") is { Length: > 0 } key) yield return new("key", HomePath.Expand(key), IsSecret: true);
    }

    /// <summary>What changes when one of the files does: length and time of each.</summary>
    public static void AppendStamps(StringBuilder text, IEnumerable<SectionFile> files)
    {
        foreach (SectionFile file in files)
        {
            var info = new FileInfo(file.Path);
            text.Append(CultureInfo.InvariantCulture, $"{file.Path} {(info.Exists ? info.Length : -1)} {(info.Exists ? info.LastWriteTimeUtc.Ticks : 0)}\n");
        }
    }
}

using Adit.Core.Hops;
using Adit.Gateway.Configuration;

namespace Adit.Gateway.Links;

/// <summary>Whether what a link carries is encrypted and authenticated on its way.</summary>
internal static class LinkProtection
{
    /// <summary>The one line that an unprotected link says at its start.</summary>
    public const string Warning = "neither encrypted nor authenticated: whoever is on the way can read, change and forge packets";

    /// <summary>Whether it is: only SSH, or a stream through a hop that encrypts to its end.</summary>
    public static bool IsProtected(LinkConfiguration link) => link.Type == LinkType.Ssh || (link.Type == LinkType.Stream && link.Remote is [{ IsUnix: true }] or [] && link.Local is { IsUnix: true });

    /// <summary>The line for a link; null for one that is protected.</summary>
    public static string? WarningOf(LinkConfiguration link)
    {
        if (IsProtected(link)) return null;
        HopUri? last = link.Via.Count > 0 ? link.Via[^1] : null;
        return last is null ? Warning : $"protected as far as {last} only: behind it neither encrypted nor authenticated";
    }
}

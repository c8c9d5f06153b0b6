using Adit.Gateway.Hops;
using Adit.Platform.Netlink;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Links;

/// <summary>What a link needs beside its configuration.</summary>
/// <param name="Logger">Hears of loops, lost streams and records that fall behind.</param>
/// <param name="Chain">Gets the hops of a stream; each call adds a user.</param>
/// <param name="Release">Gives them back.</param>
/// <param name="Network">The network inside this process that its interface and its sockets belong to; null for the process's own. A stream is dialled and awaited in the process's own.</param>
internal sealed record LinkContext(ILogger Logger, Func<HopChain>? Chain = null, Func<ValueTask>? Release = null, IsolatedNetwork? Network = null)
{
    /// <summary>Opens something in that network.</summary>
    /// <param name="open">Opens it.</param>
    public T Within<T>(Func<T> open) => Network is null ? open() : Network.Run(open);
}

using Adit.Gateway.Hops;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Links;

/// <summary>What a link needs beside its configuration.</summary>
/// <param name="Logger">Hears of loops, lost streams and records that fall behind.</param>
/// <param name="Chain">Gets the hops of a stream; each call adds a user.</param>
/// <param name="Release">Gives them back.</param>
internal sealed record LinkContext(ILogger Logger, Func<HopChain>? Chain = null, Func<ValueTask>? Release = null);

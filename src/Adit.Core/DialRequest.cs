using System.Net;

namespace Adit.Core;

/// <summary>What to dial, and for whom.</summary>
/// <param name="To">The destination.</param>
/// <param name="From">Who caused the dial (the peer of an accepted stream), told to hops that carry it; null if nobody.</param>
public sealed record DialRequest(Destination To, IPEndPoint? From = null);

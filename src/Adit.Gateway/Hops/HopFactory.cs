using Adit.Core.Hops;
using Adit.Core.Streams;

namespace Adit.Gateway.Hops;

/// <summary>Makes the dialer of one hop. Connects nothing yet; a dialer that keeps a session opens it at the first dial and ends it when it is disposed.</summary>
/// <param name="hop">The hop.</param>
/// <param name="previous">Dials this hop; the hops before it, or this machine.</param>
public delegate IStreamDialer HopFactory(HopUri hop, IStreamDialer previous);

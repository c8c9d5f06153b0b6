using Adit.Core.Certificates;
using Adit.Core.Streams;

namespace Adit.Gateway.Listeners;

/// <summary>One of a gateway's listeners, of whatever carrier.</summary>
internal interface IGatewayListener : IStreamListener
{
    /// <summary>Where it is reached, one a socket, ports resolved.</summary>
    IReadOnlyList<ListenUri> Places { get; }

    /// <summary>What names the key of its certificate; null without TLS.</summary>
    Pin? Pin { get; }

    /// <summary>Lets go of the rest, once no connection that came through it is of use any more.</summary>
    ValueTask ReleaseAsync();
}

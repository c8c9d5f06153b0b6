using System.Net;
using Adit.Core.Certificates;
using Adit.Core.Lifeline;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Listeners.Http;

/// <summary>What one <see cref="WebListener"/> serves.</summary>
internal sealed record WebListenerOptions
{
    /// <summary>Schemes and paths; one address, one port, all secure or none.</summary>
    public required IReadOnlyList<ListenUri> Places { get; init; }

    /// <summary>What it proves itself with over TLS; null serves without. Owned by the listener once it serves.</summary>
    public KeyedCertificate? Certificate { get; init; }

    /// <summary>A page or a folder for strangers; null for none.</summary>
    public string? Static { get; init; }

    /// <summary>Proxies whose word about the source of a request is believed; none by default.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Where the web server logs; null for nowhere.</summary>
    public ILoggerFactory? Loggers { get; init; }

    /// <summary>Takes what comes by long-polls; null: nothing does.</summary>
    public LifelineAcceptor? Lifelines { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

using Adit.Ssh.Client;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Composition;

/// <summary>What a set of services needs beside its configuration. Immutable.</summary>
public sealed record ServiceSetOptions
{
    /// <summary>Who is asked about host keys and for passphrases.</summary>
    public required IUserDialogue Dialogue { get; init; }

    /// <summary>Where to log.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Whether only the gateway is run, as <c>adit serve -c</c> does. Default false.</summary>
    public bool GatewayOnly { get; init; }

    /// <summary>Where an access log named <c>-</c> goes; null for standard output.</summary>
    public Stream? StandardOutput { get; init; }
}

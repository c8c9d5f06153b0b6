using Adit.Gateway.Composition;
using Adit.Gateway.Configuration;

namespace Adit.Cli.Up;

/// <summary>What a verb that stays runs, and how it is told apart in <c>adit status</c>.</summary>
internal sealed record ServiceRunOptions
{
    /// <summary>The verb.</summary>
    public required string Command { get; init; }

    /// <summary>What to run.</summary>
    public required AditConfiguration Configuration { get; init; }

    /// <summary>The file it was read from, for the status; null where there is none.</summary>
    public string? File { get; init; }

    /// <summary>Reads the configuration again on SIGHUP; null where that signal ends the process, as it does by default.</summary>
    public Func<AditConfiguration>? Reload { get; init; }

    /// <summary>Whether only the gateway is run.</summary>
    public bool GatewayOnly { get; init; }

    /// <summary>Whether it ends when what it runs is broken, as a verb that runs one thing does. Default: no, the others run on.</summary>
    public bool EndsWhenBroken { get; init; }

    /// <summary>What <c>--ready-file</c> names; null for none.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>Told once everything serves, before the line "ready …"; null for nobody.</summary>
    public Action<ServiceSet>? Greeting { get; init; }
}

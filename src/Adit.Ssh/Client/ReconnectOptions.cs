namespace Adit.Ssh.Client;

/// <summary>How a <see cref="ReconnectingSession"/> behaves. Immutable.</summary>
public sealed record ReconnectOptions
{
    /// <summary>The pause before the first new attempt; doubled after each that fails. Default 1 s. A random half of each pause is left out, so that many clients do not come back at once.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause; default 60 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A session that lived so long makes pauses short again; default one minute.</summary>
    public TimeSpan ProvenAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a dial during an outage waits for the session to come back before it fails; default 10 s; zero fails at once.</summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(10);
}

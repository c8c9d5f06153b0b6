using Adit.Gateway.Status;

namespace Adit.Gateway.Composition;

/// <summary>A running section of a configuration. Disposing stops its listeners and ends its connections.</summary>
internal interface ISection : IAsyncDisposable
{
    /// <summary>Where it listens, ports resolved.</summary>
    IReadOnlyList<string> Listening { get; }

    /// <summary>Completes when it has ended by itself, and fails with what broke it; most never do.</summary>
    Task Broken => Never;

    /// <summary>A task that does not end.</summary>
    private static Task Never { get; } = new TaskCompletionSource().Task;

    /// <summary>What it does now and did so far.</summary>
    /// <param name="connections">The most connections to list.</param>
    SectionStatus Status(int connections);
}

using Adit.Gateway.Status;

namespace Adit.Gateway.Composition;

/// <summary>A running section of a configuration. Disposing stops its listeners and ends its connections.</summary>
internal interface ISection : IAsyncDisposable
{
    /// <summary>Where it listens, ports resolved.</summary>
    IReadOnlyList<string> Listening { get; }

    /// <summary>What it does now and did so far.</summary>
    /// <param name="connections">The most connections to list.</param>
    SectionStatus Status(int connections);
}

using Adit.Core.Streams;

namespace Adit.Cli.Tour;

/// <summary>A stream whose reader does something in between, once so and so many octets came.</summary>
/// <param name="inner">The stream; owned.</param>
/// <param name="steps">Octets, and what is done then, in order.</param>
internal sealed class SteppedStream(DuplexStream inner, IReadOnlyList<(long After, Func<CancellationToken, Task> Do)> steps) : PassingStream(inner)
{
    private int _next;

    /// <summary>Octets that came so far.</summary>
    public long Received { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_next < steps.Count && Received >= steps[_next].After) await steps[_next++].Do(cancellationToken).ConfigureAwait(false);
        int count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Received += count;
        return count;
    }
}

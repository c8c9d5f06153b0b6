using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Gateway.Listeners;

/// <summary>
/// A stream to an SSH server that also takes lifelines (docs/protocols/lifeline.md §7): the server says its identification at once, and the client's first octet tells which of the two it is, since a lifeline's frame begins with a zero octet.
/// When it is a lifeline, the SSH server sees a lost connection, and <see cref="TakeLifeline"/> gives the stream to whom it belongs. Owns the stream below until then.
/// </summary>
/// <param name="below">What was accepted.</param>
internal sealed class FirstOctetStream(DuplexStream below) : DuplexStream
{
    private bool _isKnown;
    private byte[]? _begun;

    /// <summary>The stream with all that came, when its first octet was a lifeline's; else null. Owned by the caller from here on.</summary>
    public DuplexStream? TakeLifeline() => _begun is { } begun ? PrefixedStream.Of(below, begun) : null;

    public override bool IsDear => below.IsDear;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isKnown ? below.ReadAsync(buffer, cancellationToken) : FirstAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _begun is null ? below.WriteAsync(buffer, cancellationToken) : ValueTask.CompletedTask;

    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => _begun is null ? below.CompleteWritesAsync(cancellationToken) : ValueTask.CompletedTask;

    public override void Abort(TunnelError error)
    {
        if (_begun is null) below.Abort(error);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _begun is null) below.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> FirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await below.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (count > 0 && buffer.Span[0] == 0)
        {
            _begun = buffer[..count].ToArray();
            throw new TunnelException(TunnelError.Closed, "lifeline");
        }

        _isKnown = true;
        return count;
    }
}

using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Cli.Tour;

/// <summary>Dials on this machine's network, and counts what goes over all that it dialled.</summary>
internal sealed class CountingDialer : IStreamDialer
{
    private readonly SocketDialer _dialer = new();
    private long _sent;
    private long _received;

    /// <summary>Octets so far.</summary>
    public (long Sent, long Received) Octets => (Interlocked.Read(ref _sent), Interlocked.Read(ref _received));

    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default) =>
        new CountedStream(await _dialer.DialAsync(request, cancellationToken).ConfigureAwait(false), this);

    private sealed class CountedStream(DuplexStream inner, CountingDialer counts) : PassingStream(inner)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref counts._received, count);
            return count;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref counts._sent, buffer.Length);
        }
    }
}

namespace Adit.Core.Streams;

/// <summary>
/// Two <see cref="DuplexStream"/>s, each the other's peer, joined in memory: the double of a TCP connection, with half-close, reset, backpressure, latency,
/// a path that falls silent, and a path that is cut. Either end may be used from any thread; both implement <see cref="IReadyStream"/>.
/// </summary>
public sealed class MemoryStreamPair : IDisposable
{
    private readonly MemoryPipe _forth;
    private readonly MemoryPipe _back;

    /// <summary>Makes a pair.</summary>
    /// <param name="options">Null for the defaults.</param>
    public MemoryStreamPair(MemoryStreamOptions? options = null)
    {
        options ??= new MemoryStreamOptions();
        _forth = new MemoryPipe(options, Cut);
        _back = new MemoryPipe(options, Cut);
        First = new MemoryStreamEnd(_back, _forth);
        Second = new MemoryStreamEnd(_forth, _back);
        if (options.CutAfter == 0) Cut();
    }

    /// <summary>One end.</summary>
    public DuplexStream First { get; }

    /// <summary>The other end.</summary>
    public DuplexStream Second { get; }

    /// <summary>Loses the connection: what is on its way is gone, and both ends fail with <see cref="TunnelError.ConnectionLost"/>.</summary>
    public void Cut()
    {
        _forth.Fail(TunnelError.ConnectionLost, TunnelError.ConnectionLost);
        _back.Fail(TunnelError.ConnectionLost, TunnelError.ConnectionLost);
    }

    /// <summary>The path falls silent, as behind a filter that drops: nothing arrives any more, in neither direction, and nobody is told.</summary>
    public void Stall()
    {
        _forth.SetStalled(true);
        _back.SetStalled(true);
    }

    /// <summary>The path works again; what was on its way arrives.</summary>
    public void Resume()
    {
        _forth.SetStalled(false);
        _back.SetStalled(false);
    }

    /// <summary>Disposes both ends.</summary>
    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}

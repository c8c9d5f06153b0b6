using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.Descriptors;

namespace Adit.Ssh.Server.Sessions;

/// <summary>
/// A program's standard input and output, or its terminal, as a channel's relay takes them. It never fails: a program that reads no more has its
/// input thrown away, as it would find with any pipe, and one that has closed its output has ended it. The output's end is told only once standard error has
/// ended too, since the channel's EOF is that of both (RFC 4254 §5.3).
/// </summary>
internal sealed class ProgramStream : DuplexStream, IReadyStream
{
    private readonly PolledDescriptor _output;
    private readonly PolledDescriptor _input;
    private readonly Task _errorEnded;
    private readonly Action _inputBroken;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _outputEnded;
    private int _broken;

    /// <param name="output">Standard output; owned.</param>
    /// <param name="input">Standard input, the same for a terminal; owned.</param>
    /// <param name="errorEnded">Completes when all of standard error was sent.</param>
    /// <param name="inputBroken">Called once, when the program turns out to read no more.</param>
    public ProgramStream(PolledDescriptor output, PolledDescriptor input, Task errorEnded, Action inputBroken)
    {
        _output = output;
        _input = input;
        _errorEnded = errorEnded;
        _inputBroken = inputBroken;
    }

    /// <summary>Completes when the end of output and error was told to the channel.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The client wants no more output: the program finds its pipe broken.</summary>
    public void CloseOutput()
    {
        if (_input != _output) _output.Dispose();
    }

    /// <inheritdoc/>
    public bool TryRead(Span<byte> destination, out int count)
    {
        count = 0;
        if (!_outputEnded)
        {
            try
            {
                if (!_output.TryRead(destination, out count)) return false;
            }
            catch (Exception e) when (e is DescriptorException or ObjectDisposedException)
            {
                // Closed by the client's wish.
            }

            if (count > 0) return true;
            _outputEnded = true;
        }

        if (!_errorEnded.IsCompleted) return false;
        _ended.TrySetResult();
        return true;
    }

    /// <inheritdoc/>
    public void TryWrite(ReadOnlySpan<byte> source, out int count)
    {
        count = source.Length;
        if (_broken != 0) return;
        try
        {
            count = _input.TryWrite(source);
        }
        catch (Exception e) when (e is DescriptorException or ObjectDisposedException)
        {
            Break();
        }
    }

    /// <inheritdoc/>
    public ValueTask WaitReadableAsync(CancellationToken cancellationToken = default) =>
        _outputEnded ? new ValueTask(_errorEnded.WaitAsync(cancellationToken)) : _output.WaitReadableAsync(cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        while (!TryRead(buffer.Span, out count)) await WaitReadableAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_broken != 0) return;
        try
        {
            await _input.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DescriptorException or ObjectDisposedException)
        {
            Break();
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        // A terminal has no end of input but what is typed; sshd sends none either.
        if (_input != _output) _input.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => Dispose();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Interlocked.Exchange(ref _broken, 1);
            _input.Dispose();
            _output.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Break()
    {
        if (Interlocked.Exchange(ref _broken, 1) != 0) return;
        if (_input != _output) _input.Dispose();
        _inputBroken();
    }
}

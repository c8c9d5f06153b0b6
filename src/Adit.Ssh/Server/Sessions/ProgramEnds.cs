using System.Text;
using Adit.Platform.Descriptors;
using Adit.Platform.Processes;

namespace Adit.Ssh.Server.Sessions;

/// <summary>Both ends of a program's pipes, or of its terminal, until it has started. Owns all but what <see cref="ProgramStream"/> takes over.</summary>
internal sealed class ProgramEnds : IDisposable
{
    private readonly PseudoTerminal? _terminal;

    private ProgramEnds(
        PolledDescriptor output, PolledDescriptor input, PolledDescriptor? error, DescriptorHandle childInput, DescriptorHandle childOutput, DescriptorHandle childError,
        PseudoTerminal? terminal = null)
    {
        _terminal = terminal;
        (Output, Input, Error) = (output, input, error);
        (ChildInput, ChildOutput, ChildError) = (childInput, childOutput, childError);
    }

    /// <summary>Where this side reads the program's output.</summary>
    public PolledDescriptor Output { get; }

    /// <summary>Where this side writes its input; the same for a terminal.</summary>
    public PolledDescriptor Input { get; }

    /// <summary>Where this side reads its standard error; null for a terminal.</summary>
    public PolledDescriptor? Error { get; }

    /// <summary>The program's standard input.</summary>
    public DescriptorHandle ChildInput { get; }

    /// <summary>The program's standard output.</summary>
    public DescriptorHandle ChildOutput { get; }

    /// <summary>The program's standard error.</summary>
    public DescriptorHandle ChildError { get; }

    /// <summary>Three pipes, so that a program may open /dev/stdin anew, and standard error is by itself.</summary>
    /// <exception cref="DescriptorException">There are too many descriptors.</exception>
    public static ProgramEnds OfPipes(int capacity)
    {
        List<DescriptorHandle> made = [];
        try
        {
            (DescriptorHandle Reader, DescriptorHandle Writer) make(int length)
            {
                (DescriptorHandle Reader, DescriptorHandle Writer) pipe = DescriptorPipe.Create(length);
                made.Add(pipe.Reader);
                made.Add(pipe.Writer);
                return pipe;
            }

            var input = make(capacity);
            var output = make(capacity);
            var error = make(0);
            return new ProgramEnds(
                new PolledDescriptor(output.Reader), new PolledDescriptor(input.Writer), new PolledDescriptor(error.Reader), input.Reader, output.Writer, error.Writer);
        }
        catch
        {
            made.ForEach(m => m.Dispose());
            throw;
        }
    }

    /// <summary>A terminal, whose slave is held open until the program has it.</summary>
    /// <exception cref="DescriptorException">The slave cannot be opened.</exception>
    public static ProgramEnds Of(PseudoTerminal terminal)
    {
        DescriptorHandle slave = terminal.OpenSlave();
        return new ProgramEnds(terminal.Stream, terminal.Stream, null, slave, slave, slave, terminal);
    }

    /// <summary>Shows the client a text of this side's, before the program prints anything.</summary>
    /// <param name="text">Lines, short of 64 KiB.</param>
    /// <param name="over">Ends the wait for a client that does not read.</param>
    public async Task TellAsync(string text, Task over)
    {
        if (text.Length == 0) return;
        try
        {
            // The program may have its end of the pipe by now, and must not find it non-blocking; of the terminal it has an opening of its own.
            using var error = _terminal is null ? new PolledDescriptor(ChildError.Duplicate(), shared: true) : new PolledDescriptor(_terminal.OpenSlave());
            await Task.WhenAny(error.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask(), over).ConfigureAwait(false);
        }
        catch (DescriptorException)
        {
            // Nobody is there to read it.
        }
    }

    /// <summary>Closes what is the program's: its ends are its own affair now.</summary>
    public void CloseChilds()
    {
        ChildInput.Dispose();
        ChildOutput.Dispose();
        ChildError.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseChilds();
        Input.Dispose();
        Output.Dispose();
        Error?.Dispose();
    }
}

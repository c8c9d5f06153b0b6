using Adit.Core.Streams;
using Adit.Platform.Libc;

namespace Adit.Cli.Ssh;

/// <summary>
/// Joins standard input, output and error with a stream. What these descriptors are (a terminal, a file, a pipe) decides whether they block, so each
/// direction has a thread of its own, which no socket waits for.
/// </summary>
internal static class StandardStreams
{
    // Ours: a pipe holds 64 KiB unless told otherwise; more at once spares wake-ups.
    private const int BufferLength = 256 * 1024;

    /// <summary>Writes to standard error, whatever the log is.</summary>
    public static void Tell(string text) => Write(2, text);

    /// <summary>Writes to standard output.</summary>
    public static void Print(string text) => Write(1, text);

    /// <summary>Carries standard input to the stream, and its end. The thread is left behind when the program ends before its input.</summary>
    public static void PumpInput(DuplexStream to)
    {
        Run("stdin", () =>
        {
            using var input = new DescriptorStream(0, isReadable: true);
            byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
            while (input.Read(buffer, 0, buffer.Length) is > 0 and int count)
            {
                to.WriteAsync(buffer.AsMemory(0, count)).AsTask().GetAwaiter().GetResult();
            }

            to.CompleteWritesAsync().AsTask().GetAwaiter().GetResult();
        });
    }

    /// <summary>Carries octets to a descriptor.</summary>
    /// <param name="descriptor">1 or 2.</param>
    /// <param name="read">Reads; 0 at the end.</param>
    /// <param name="broken">Called once when nobody takes them any more: what still comes is dropped. Null to stop reading then.</param>
    /// <returns>Completes at the end, with whether everything was written.</returns>
    public static Task<bool> PumpOutput(int descriptor, Func<Memory<byte>, CancellationToken, ValueTask<int>> read, Action? broken = null) => Run(descriptor == 1 ? "stdout" : "stderr", () =>
    {
        using var output = new DescriptorStream(descriptor, isReadable: false);
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferLength);
        while (Read() is > 0 and int count)
        {
            try
            {
                output.Write(buffer, 0, count);
            }
            catch (IOException) when (broken is not null)
            {
                broken();
                while (Read() > 0)
                {
                    // Dropped: it shares its window with what is still wanted.
                }

                throw;
            }
        }

        int Read()
        {
            ValueTask<int> reading = read(buffer, default);
            return reading.IsCompletedSuccessfully ? reading.Result : reading.AsTask().GetAwaiter().GetResult();
        }
    });

    private static void Write(int descriptor, string text)
    {
        try
        {
            using var output = new DescriptorStream(descriptor, isReadable: false);
            output.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // Nobody reads it.
        }
    }

    /// <summary>Runs a pump on a thread of its own; completes with whether it came to its end without a failure of either side.</summary>
    public static Task<bool> Run(string name, Action pump)
    {
        var over = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            bool complete = false;
            try
            {
                pump();
                complete = true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException or OperationCanceledException)
            {
                // The other end of the descriptor, or of the stream, is gone.
            }
            finally
            {
                over.TrySetResult(complete);
            }
        }) { IsBackground = true, Name = name };
        thread.Start();
        return over.Task;
    }
}

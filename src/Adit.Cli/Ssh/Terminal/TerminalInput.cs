using Adit.Core.Streams;
using Adit.Platform.Libc;

namespace Adit.Cli.Ssh.Terminal;

/// <summary>Carries what is typed to a session, each key at once, and performs the escapes in it.</summary>
internal static class TerminalInput
{
    // Ours: what a person pastes at once comes in a few reads.
    private const int BufferLength = 16 * 1024;

    /// <summary>Starts. The thread is left behind when the program ends before its input.</summary>
    /// <param name="descriptor">The terminal.</param>
    /// <param name="to">The session's input.</param>
    /// <param name="escape">The escape character; null for none.</param>
    /// <param name="perform">Performs an escape, on the thread that reads, so that it may read the terminal itself.</param>
    public static void Start(int descriptor, DuplexStream to, char? escape, Action<byte> perform) => _ = StandardStreams.Run("stdin", () =>
    {
        using var input = new DescriptorStream(descriptor, isReadable: true);
        EscapeFilter? filter = escape is { } character ? new EscapeFilter((byte)character) : null;
        byte[] typed = new byte[BufferLength];
        byte[] passed = new byte[BufferLength + 1];
        while (input.Read(typed, 0, typed.Length) is > 0 and int count)
        {
            if (filter is null)
            {
                Send(typed.AsMemory(0, count));
                continue;
            }

            for (int at = 0; at < count;)
            {
                int length = filter.Pass(typed.AsSpan(at, count - at), passed, out int consumed, out byte command);
                at += consumed;
                Send(passed.AsMemory(0, length));
                if (command != 0) perform(command);
            }
        }

        to.CompleteWritesAsync().AsTask().GetAwaiter().GetResult();

        void Send(ReadOnlyMemory<byte> octets)
        {
            if (octets.Length > 0) to.WriteAsync(octets).AsTask().GetAwaiter().GetResult();
        }
    });
}

namespace Adit.Cli.Ssh.Terminal;

/// <summary>
/// Finds the escapes of ssh(1) in what a person types: the escape character at the start of a line, then the command's. Twice the escape character
/// is the character itself; what is no command passes as it was typed.
/// </summary>
/// <param name="escape">The escape character, usually <c>~</c>.</param>
internal sealed class EscapeFilter(byte escape)
{
    /// <summary>The commands; ^Z is 0x1a.</summary>
    private static ReadOnlySpan<byte> Commands => ".BCRVv#&?\u001a"u8;

    private bool _atLineStart = true;
    private bool _isPending;

    /// <summary>Passes octets on up to the next command.</summary>
    /// <param name="input">What was typed.</param>
    /// <param name="output">What goes to the server; at least as long as the input, and one octet more.</param>
    /// <param name="consumed">How much of the input is done with.</param>
    /// <param name="command">The command that stopped it; 0 at the end of the input.</param>
    /// <returns>Octets put into the output.</returns>
    public int Pass(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out byte command)
    {
        int written = 0;
        for (consumed = 0; consumed < input.Length;)
        {
            byte octet = input[consumed++];
            if (_isPending)
            {
                _isPending = false;
                if (octet != escape)
                {
                    if (Commands.Contains(octet))
                    {
                        command = octet;
                        return written;
                    }

                    output[written++] = escape;
                }
            }
            else if (_atLineStart && octet == escape)
            {
                _isPending = true;
                continue;
            }

            _atLineStart = octet is (byte)'\r' or (byte)'\n';
            output[written++] = octet;
        }

        command = 0;
        return written;
    }
}

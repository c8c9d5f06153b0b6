using System.Text;
using Adit.Cli.Ssh.Terminal;

namespace Adit.Cli.Tests.Ssh.Terminal;

public sealed class EscapeFilterTests
{
    [Theory]
    [InlineData("ls\r", "ls\r", "")]
    [InlineData("~.", "", ".")]
    [InlineData("a~.", "a~.", "")]
    [InlineData("a\r~.", "a\r", ".")]
    [InlineData("a\n~.", "a\n", ".")]
    [InlineData("~~.", "~.", "")]
    [InlineData("~~\r~.", "~\r", ".")]
    [InlineData("~x", "~x", "")]
    [InlineData("~\r~.", "~\r", ".")]
    [InlineData("~?~#x", "x", "?#")]
    [InlineData("~\u001a~R", "", "\u001aR")]
    [InlineData("~", "", "")]
    public void Escapes_AreFoundAtLineStarts(string typed, string passed, string commands)
    {
        Assert.Equal((passed, commands), Filter([typed]));
        Assert.Equal((passed, commands), Filter(typed.Select(c => c.ToString())));
    }

    [Fact]
    public void AnotherCharacter_Escapes() => Assert.Equal(("~.", "."), Filter(["~.", "%."], '%', afterLine: true));

    private static (string Passed, string Commands) Filter(IEnumerable<string> pieces, char escape = '~', bool afterLine = false)
    {
        var filter = new EscapeFilter((byte)escape);
        var passed = new StringBuilder();
        var commands = new StringBuilder();
        foreach (string piece in pieces)
        {
            byte[] input = Encoding.ASCII.GetBytes(piece);
            byte[] output = new byte[input.Length + 1];
            for (int at = 0; at < input.Length;)
            {
                int written = filter.Pass(input.AsSpan(at), output, out int consumed, out byte command);
                at += consumed;
                passed.Append(Encoding.ASCII.GetString(output, 0, written));
                if (command != 0) commands.Append((char)command);
            }

            if (afterLine) filter.Pass("\r"u8, new byte[2], out _, out _);
        }

        return (passed.ToString(), commands.ToString());
    }
}

using Adit.Cli.Tour;

namespace Adit.Cli.Tests.Tour;

public sealed class TourProgressTests
{
    [Fact]
    public void Terminal_SeesOneLine_ThatIsWrittenOver_AndGoes()
    {
        var output = new StringWriter();
        var progress = new TourProgress(output, isTerminal: true);
        progress.Clear(); // nothing yet
        progress.Show("a long line");
        progress.Show("next");
        progress.Clear();
        progress.Clear();
        output.Write("result");
        Assert.Equal("\r\e[K\e[?7la long line\e[?7h\r\e[K\e[?7lnext\e[?7h\r\e[Kresult", output.ToString());
    }

    [Fact]
    public void File_GetsALineEach()
    {
        var output = new StringWriter { NewLine = "\n" };
        var progress = new TourProgress(output, isTerminal: false);
        progress.Show("one");
        progress.Show("two");
        progress.Clear();
        Assert.Equal("one\ntwo\n", output.ToString());
    }
}

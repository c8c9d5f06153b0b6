using Adit.Cli.Terminal;
using Adit.Core;

namespace Adit.Cli.Tests.Terminal;

public sealed class ErrorLineTests
{
    private static readonly TunnelException Error = new(TunnelError.ConnectionRefused, "host:22: dial:\nexpected a listener", inner: new IOException("errno 111"));

    [Fact]
    public void Error_IsOneLine()
    {
        using var to = new StringWriter();
        Assert.Equal(1, ErrorLine.Report(Error, withCause: false, to));
        Assert.Equal("adit: host:22: dial:\\nexpected a listener" + Environment.NewLine, to.ToString());
    }

    [Fact]
    public void Verbose_AddsTheCause()
    {
        using var to = new StringWriter();
        ErrorLine.Report(Error, withCause: true, to);
        Assert.EndsWith("  because: errno 111" + Environment.NewLine, to.ToString());
    }

    [Fact]
    public void WrongUsage_IsExitTwo()
    {
        using var to = new StringWriter();
        Assert.Equal(2, ErrorLine.Report(new UsageException("x"), withCause: false, to));
    }
}

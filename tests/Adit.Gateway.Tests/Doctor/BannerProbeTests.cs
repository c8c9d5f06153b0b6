using System.Text;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Doctor;

namespace Adit.Gateway.Tests.Doctor;

public sealed class BannerProbeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Server_ThatWaitsForUs_ShowsARoundTrip()
    {
        using var pair = new MemoryStreamPair();
        (DuplexStream here, DuplexStream there) = (pair.First, pair.Second);
        bool isRead = false;
        Task<(string Identification, TimeSpan? RoundTrip)> probe = BannerProbe.RunAsync(here, () => isRead = true, CancellationToken.None);
        await there.WriteAsync("hello\r\nSSH-2.0-Test_1 comment\r\n"u8.ToArray());
        byte[] ours = new byte[255];
        int count = await there.ReadAsync(ours).AsTask().WaitAsync(Patience);
        Assert.StartsWith("SSH-2.0-Adit_", Encoding.ASCII.GetString(ours, 0, count), StringComparison.Ordinal);
        await there.WriteAsync(new byte[8]);
        (string identification, TimeSpan? roundTrip) = await probe.WaitAsync(Patience);
        Assert.Equal("SSH-2.0-Test_1 comment", identification);
        Assert.True(isRead && roundTrip >= TimeSpan.Zero);
    }

    [Fact]
    public async Task Server_ThatGoesOnAtOnce_ShowsNone()
    {
        using var pair = new MemoryStreamPair();
        (DuplexStream here, DuplexStream there) = (pair.First, pair.Second);
        await there.WriteAsync("SSH-2.0-Test_1\r\n\0\0\u0001"u8.ToArray());
        Assert.Equal(("SSH-2.0-Test_1", (TimeSpan?)null), await BannerProbe.RunAsync(here, () => { }, CancellationToken.None).WaitAsync(Patience));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", TunnelError.ProtocolViolation, "got \"HTTP/1.1 400 Bad Request????\"")]
    [InlineData("SSH-1.5-old\n", TunnelError.ProtocolViolation, "got \"SSH-1.5-old?\"")]
    [InlineData("", TunnelError.ConnectionLost, "got the end of the stream")]
    public async Task SomethingElse_IsSaid(string sent, TunnelError error, string words)
    {
        using var pair = new MemoryStreamPair();
        (DuplexStream here, DuplexStream there) = (pair.First, pair.Second);
        await there.WriteAsync(Encoding.Latin1.GetBytes(sent));
        await there.CompleteWritesAsync();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => BannerProbe.RunAsync(here, () => { }, CancellationToken.None).WaitAsync(Patience));
        Assert.Equal(error, e.Error);
        Assert.EndsWith(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CutOnceSshIsSpoken_DoesNotPass()
    {
        using var pair = new MemoryStreamPair();
        (DuplexStream here, DuplexStream there) = (pair.First, pair.Second);
        Task<(string, TimeSpan?)> probe = BannerProbe.RunAsync(here, () => { }, CancellationToken.None);
        await there.WriteAsync("SSH-2.0-Test_1\r\n"u8.ToArray());
        Assert.NotEqual(0, await there.ReadAsync(new byte[255]).AsTask().WaitAsync(Patience));
        await there.CompleteWritesAsync();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => probe.WaitAsync(Patience));
        Assert.Equal(TunnelError.ConnectionLost, e.Error);
    }
}

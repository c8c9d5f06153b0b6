using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Tests.Transport;

namespace Adit.Ssh.Tests.Channels;

/// <summary>Windows on paths where octets take their time.</summary>
public sealed class LongPathTests
{
    private const int Length = 24 * 1024 * 1024;

    [Fact(Timeout = 50_000)]
    public async Task FastReader_GetsALargerWindow()
    {
        var service = new FakeService
        {
            Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Accept(async channel =>
            {
                await channel.WriteAsync(new byte[Length]);
                await channel.CompleteWritesAsync();
            })),
        };
        var path = new MemoryStreamOptions { Latency = TimeSpan.FromMilliseconds(40), Capacity = 64 * 1024 * 1024 };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(path: path, service: service);
        await using SshChannel channel = await pair.OpenAsync("source");
        Assert.Equal(SshChannel.InitialWindow, channel.WindowSize);
        Assert.Equal(Length, (await StreamChecks.ReadToEndAsync(channel, Length)).Length);
        Assert.InRange(channel.WindowSize, SshChannel.InitialWindow * 2, SshChannel.MaximumWindow);
    }

    [Fact(Timeout = 50_000)]
    public async Task SlowReader_KeepsItsWindow()
    {
        var service = new FakeService
        {
            Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Accept(async channel => await channel.WriteAsync(new byte[Length]))),
        };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        await using SshChannel channel = await pair.OpenAsync("source");
        byte[] buffer = new byte[1024];
        // A reader that always leaves something: it is not the window that holds the peer up.
        for (int read = 0; read < 4 * 1024 * 1024;) read += await channel.ReadAsync(buffer);
        Assert.InRange(channel.WindowSize, SshChannel.InitialWindow, SshChannel.InitialWindow * 2);
    }
}

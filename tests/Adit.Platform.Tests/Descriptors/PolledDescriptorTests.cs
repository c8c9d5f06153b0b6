using System.Runtime.CompilerServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Tests.Descriptors;

/// <summary>Pipes by the poller: waiting, ending, cancelling, closing under a wait, and no memory for a wait.</summary>
[Collection("alone")]
public sealed class PolledDescriptorTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Read_WaitsForOctets_AndSeesTheEnd()
    {
        (PolledDescriptor reader, PolledDescriptor writer) = Pipe();
        using (reader)
        {
            byte[] buffer = new byte[16];
            Assert.False(reader.TryRead(buffer, out _));
            ValueTask<int> reading = reader.ReadAsync(buffer);
            Assert.False(reading.IsCompleted);
            Assert.Equal(5, writer.TryWrite("hello"u8));
            Assert.Equal(5, await reading.AsTask().WaitAsync(Deadline));
            Task<int> end = reader.ReadAsync(buffer).AsTask();
            writer.Dispose();
            Assert.Equal(0, await end.WaitAsync(Deadline));
        }
    }

    [Fact]
    public async Task Write_WaitsForRoom_AndAllArrives()
    {
        (PolledDescriptor reader, PolledDescriptor writer) = Pipe();
        using (reader)
        {
            byte[] sent = new byte[1_000_000];
            new Random(7).NextBytes(sent);
            Task writing = Task.Run(async () =>
            {
                await writer.WriteAsync(sent);
                writer.Dispose();
            });
            using var received = new MemoryStream();
            byte[] buffer = new byte[10_000];
            for (int count; (count = await reader.ReadAsync(buffer).AsTask().WaitAsync(Deadline)) > 0;) received.Write(buffer, 0, count);
            await writing.WaitAsync(Deadline);
            Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()));
        }
    }

    [Fact]
    public async Task Write_ToAPipeThatNobodyReads_Fails()
    {
        (PolledDescriptor reader, PolledDescriptor writer) = Pipe();
        using (writer)
        {
            while (writer.TryWrite(new byte[65536]) > 0)
            {
            }

            ValueTask waiting = writer.WaitWritableAsync();
            reader.Dispose();
            await waiting.AsTask().WaitAsync(Deadline);
            DescriptorException broken = Assert.Throws<DescriptorException>(() => writer.TryWrite("x"u8));
            Assert.Equal(32, broken.ErrorNumber); // EPIPE
        }
    }

    [Fact]
    public async Task Dispose_EndsAWait_AndWhatIsReadNextIsClosed()
    {
        (PolledDescriptor reader, PolledDescriptor writer) = Pipe();
        using (writer)
        {
            Task waiting = reader.WaitReadableAsync().AsTask();
            reader.Dispose();
            await waiting.WaitAsync(Deadline);
            Assert.Throws<ObjectDisposedException>(() => reader.TryRead(new byte[1], out _));
        }
    }

    [Fact]
    public async Task Cancel_EndsAWait_AndTheNextOneWorks()
    {
        (PolledDescriptor reader, PolledDescriptor writer) = Pipe();
        using (reader)
        using (writer)
        {
            using var cancel = new CancellationTokenSource();
            Task waiting = reader.WaitReadableAsync(cancel.Token).AsTask();
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Deadline));
            Task again = reader.WaitReadableAsync().AsTask();
            Assert.False(again.IsCompleted);
            writer.TryWrite("x"u8);
            await again.WaitAsync(Deadline);
        }
    }

    [Fact]
    public async Task TwoWaitsForOneDirection_AreRefused()
    {
        (PolledDescriptor reader, PolledDescriptor writer) = Pipe();
        using (writer)
        {
            Task first = reader.WaitReadableAsync().AsTask();
            await Assert.ThrowsAsync<InvalidOperationException>(() => reader.WaitReadableAsync().AsTask());
            reader.Dispose();
            await first.WaitAsync(Deadline);
        }
    }

    [Fact]
    public async Task File_IsAlwaysReady()
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "text");
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            using var copy = new DescriptorHandle((int)file.DangerousGetHandle());
            using var polled = new PolledDescriptor(copy.Duplicate(), shared: true);
            copy.SetHandleAsInvalid();
            await polled.WaitReadableAsync().AsTask().WaitAsync(Deadline);
            Assert.Equal(4, await polled.ReadAsync(new byte[10]));
            Assert.Equal(0, await polled.ReadAsync(new byte[10]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task SharedDescriptor_StaysBlockingForOthers()
    {
        (DescriptorHandle reader, DescriptorHandle writer) = DescriptorPipe.Create();
        using DescriptorHandle other = reader.Duplicate();
        using var polled = new PolledDescriptor(reader, shared: true);
        using var filler = new PolledDescriptor(writer, shared: true);
        Assert.False(polled.TryRead(new byte[1], out _));
        string flags = await File.ReadAllTextAsync($"/proc/self/fdinfo/{other.Number}");
        Assert.Equal(0, Convert.ToInt32(flags.Split('\n')[1].Split(':')[1].Trim(), 8) & 0x800); // O_NONBLOCK
        int total = 0;
        for (int count; (count = filler.TryWrite(new byte[100_000])) > 0;) total += count;
        Assert.Equal(65536, total);
    }

    [Fact]
    public async Task ClosingWhileEventsCome_NeverReachesTheNextDescriptorOfThatNumber()
    {
        // Numbers are reused at once; a late event must find nobody.
        for (int round = 0; round < 2000; round++)
        {
            (PolledDescriptor reader, PolledDescriptor writer) = Pipe();
            ValueTask waiting = reader.WaitReadableAsync();
            writer.TryWrite("x"u8);
            reader.Dispose();
            (PolledDescriptor next, PolledDescriptor nextWriter) = Pipe();
            ValueTask quiet = next.WaitReadableAsync();
            await waiting.AsTask().WaitAsync(Deadline);
            Assert.False(quiet.IsCompleted);
            next.Dispose();
            await quiet.AsTask().WaitAsync(Deadline);
            writer.Dispose();
            nextWriter.Dispose();
        }
    }

    [Fact]
    public async Task Waits_AllocateNothing()
    {
        (PolledDescriptor there, PolledDescriptor thereWriter) = Pipe();
        (PolledDescriptor back, PolledDescriptor backWriter) = Pipe();
        Task echo = EchoAsync(there, backWriter);
        byte[] octet = new byte[1];
        for (int i = 0; i < 2000; i++) await ExchangeAsync(thereWriter, back, octet);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < 2000; i++) await ExchangeAsync(thereWriter, back, octet);
        long each = (GC.GetTotalAllocatedBytes(precise: true) - before) / 2000;
        thereWriter.Dispose();
        await echo.WaitAsync(Deadline);
        there.Dispose();
        back.Dispose();
        // Other tests run in the same process: what they allocate is not told apart, a wait of ours would show twice per exchange.
        Assert.InRange(each, 0, 2000);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask ExchangeAsync(PolledDescriptor to, PolledDescriptor from, byte[] octet)
    {
        await to.WriteAsync(octet);
        Assert.Equal(1, await from.ReadAsync(octet));
    }

    private static async Task EchoAsync(PolledDescriptor from, PolledDescriptor to)
    {
        byte[] buffer = new byte[16];
        for (int count; (count = await from.ReadAsync(buffer)) > 0;) await to.WriteAsync(buffer.AsMemory(0, count));
        to.Dispose();
    }

    private static (PolledDescriptor Reader, PolledDescriptor Writer) Pipe()
    {
        (DescriptorHandle reader, DescriptorHandle writer) = DescriptorPipe.Create();
        return (new PolledDescriptor(reader), new PolledDescriptor(writer));
    }
}

using System.Net.Sockets;
using Adit.Platform.Descriptors;
using Adit.Platform.Libc;

namespace Adit.Platform.Tests.Libc;

/// <summary>Descriptors over a pair of unix sockets, with ordinary octets between.</summary>
public sealed class DescriptorPassingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adit-scm-").FullName;
    private readonly Socket _one;
    private readonly Socket _other;

    public DescriptorPassingTests()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "s")));
        listener.Listen();
        _one = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _one.Connect(new UnixDomainSocketEndPoint(Path.Combine(_folder, "s")));
        _other = listener.Accept();
    }

    [Fact]
    public async Task Descriptors_ArriveInTheirOrder_BetweenOctets()
    {
        (DescriptorHandle reader, DescriptorHandle writer) = DescriptorPipe.Create();
        _ = _one.Send("ab"u8);
        Assert.True(DescriptorPassing.TrySend(_one.SafeHandle, writer.Number));
        Assert.True(DescriptorPassing.TrySend(_one.SafeHandle, reader.Number));
        _one.Send("c"u8);
        writer.Dispose();
        byte[] buffer = new byte[2];
        Assert.Equal(2, _other.Receive(buffer));
        Assert.True(DescriptorPassing.TryReceive(_other.SafeHandle, out DescriptorHandle? passed));
        Assert.True(DescriptorPassing.TryReceive(_other.SafeHandle, out DescriptorHandle? alsoReader));
        Assert.Equal(1, _other.Receive(buffer));
        Assert.Equal((byte)'c', buffer[0]);
        using (var end = new PolledDescriptor(passed!)) Assert.Equal(2, end.TryWrite("hi"u8));
        byte[] got = new byte[8];
        using var near = new PolledDescriptor(alsoReader!);
        int count = await near.ReadAsync(got, TestContext.Current.CancellationToken);
        Assert.Equal("hi"u8, got.AsSpan(0, count));
        // No writer is left but, for a moment, in children that other tests start.
        Assert.Equal(0, await near.ReadAsync(got, TestContext.Current.CancellationToken));
        reader.Dispose();
    }

    [Fact]
    public void NothingThere_IsNotWaitedFor_AndAnOctetWithoutDescriptorBringsNone()
    {
        Assert.False(DescriptorPassing.TryReceive(_other.SafeHandle, out _));
        _one.Send("x"u8);
        Assert.True(DescriptorPassing.TryReceive(_other.SafeHandle, out DescriptorHandle? none));
        Assert.Null(none);
        _one.Dispose();
        Assert.True(DescriptorPassing.TryReceive(_other.SafeHandle, out none));
        Assert.Null(none);
    }

    [Fact]
    public void WhatIsNoDescriptor_Fails() => Assert.Throws<DescriptorException>(() => DescriptorPassing.TrySend(_one.SafeHandle, 1_000_000));

    [Fact]
    public void Name_IsGivenOnce()
    {
        string file = Path.Combine(_folder, "file"), name = Path.Combine(_folder, "name");
        File.WriteAllText(file, "1");
        Assert.True(HardLink.TryCreate(file, name));
        Assert.False(HardLink.TryCreate(file, name));
        Assert.Equal("1", File.ReadAllText(name));
        Assert.Throws<DescriptorException>(() => HardLink.TryCreate(Path.Combine(_folder, "none"), Path.Combine(_folder, "other")));
    }

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

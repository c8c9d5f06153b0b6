using System.Buffers.Binary;
using System.IO.Pipelines;
using Adit.Core;
using Adit.Ssh.Agent;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Tests.Agent;

/// <summary>Agents that misbehave; the real one is in the interoperability tests.</summary>
public sealed class SshAgentClientTests
{
    [Theory]
    [InlineData("", TunnelError.ConnectionLost)]
    [InlineData("000000", TunnelError.ConnectionLost)]
    [InlineData("00000005", TunnelError.ConnectionLost)]
    [InlineData("00000000", TunnelError.ProtocolViolation)]
    [InlineData("00040001", TunnelError.ProtocolViolation)]
    [InlineData("ffffffff", TunnelError.ProtocolViolation)]
    [InlineData("0000000106", TunnelError.ProtocolViolation)]
    [InlineData("000000050cffffffff", TunnelError.ProtocolViolation)]
    [InlineData("000000050c00000001", TunnelError.ProtocolViolation)]
    public async Task BadAnswer_IsAnError(string answer, TunnelError expected)
    {
        await using SshAgentClient client = new(new Scripted(Convert.FromHexString(answer)), "agent.sock");
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => client.ListAsync());
        Assert.Equal(expected, e.Error);
        Assert.StartsWith("agent.sock: agent: expected", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LockedAgent_HasNoKeys_AndUnknownKindsArePassedOver()
    {
        await using SshAgentClient locked = new(new Scripted([0, 0, 0, 1, 5]), "a");
        Assert.Empty(await locked.ListAsync());
        SshPublicKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey;
        byte[] body = [12, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 3, 102, 111, 111, 0, 0, 0, 1, 120, 0, 0, 0, (byte)key.Blob.Length, .. key.Blob.Span, 0, 0, 0, 1, 99];
        await using SshAgentClient client = new(new Scripted([0, 0, 0, (byte)body.Length, .. body]), "a");
        ISshSigner signer = Assert.Single(await client.ListAsync());
        Assert.Equal((key, "c"), (signer.PublicKey, signer.Comment));
    }

    [Fact]
    public async Task CancelledRequest_SpoilsTheConnection()
    {
        Pipe silent = new();
        await using SshAgentClient client = new(new Scripted(silent.Reader.AsStream()), "a");
        using CancellationTokenSource cancel = new();
        Task<IReadOnlyList<ISshSigner>> list = client.ListAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => list);
        Assert.Equal(TunnelError.ConnectionLost, (await Assert.ThrowsAsync<TunnelException>(() => client.ListAsync())).Error);
    }

    [Fact]
    public async Task NobodyListening_IsSaid()
    {
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => SshAgentClient.ConnectAsync("/nonexistent/agent"));
        Assert.Equal(TunnelError.ConnectionRefused, e.Error);
        Assert.StartsWith("/nonexistent/agent: agent: expected a socket that an agent listens on, got", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Swallows what is written and answers what it was given.</summary>
    private sealed class Scripted(Stream answers) : Stream
    {
        public Scripted(byte[] answer)
            : this(new MemoryStream(answer))
        {
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => answers.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => answers.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Assert.Equal(count - 4, BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(offset)));
    }
}

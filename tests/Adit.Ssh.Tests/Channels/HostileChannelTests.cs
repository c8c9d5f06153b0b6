using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.Server;
using Adit.Ssh.Tests.Transport;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Channels;

/// <summary>Peers that log in and then break the rules of RFC 4254.</summary>
public sealed class HostileChannelTests
{
    private const int Patience = 30_000;

    [Theory(Timeout = Patience)]
    [InlineData(MessageNumber.ChannelData)]
    [InlineData(MessageNumber.ChannelExtendedData)]
    [InlineData(MessageNumber.ChannelEof)]
    [InlineData(MessageNumber.ChannelClose)]
    [InlineData(MessageNumber.ChannelOpenConfirmation)]
    [InlineData(MessageNumber.ChannelOpenFailure)]
    public async Task UnknownChannel_EndsTheConnection(MessageNumber number) =>
        await EndsAsync(raw => raw.SendAsync(Message(number, 77)), "77");

    [Theory(Timeout = Patience)]
    [InlineData(MessageNumber.ChannelWindowAdjust)]
    [InlineData(MessageNumber.ChannelRequest)]
    [InlineData(MessageNumber.ChannelSuccess)]
    [InlineData(MessageNumber.ChannelFailure)]
    public async Task MessagesThatMayCrossAClose_AreIgnoredOnUnknownChannels(MessageNumber number) =>
        await EndsAsync(
            async raw =>
            {
                await raw.SendAsync(Message(number, 77));
                await raw.SendAsync(new PingMessage(default));
                await raw.ExpectAsync(MessageNumber.Pong);
                await raw.SendAsync(new DisconnectMessage(DisconnectReason.ByApplication, "enough", ""));
            },
            "enough");

    [Theory(Timeout = Patience)]
    [InlineData((byte)0)]
    [InlineData((byte)8)]
    [InlineData((byte)19)]
    [InlineData((byte)83)]
    [InlineData((byte)101)]
    [InlineData((byte)191)]
    [InlineData((byte)255)]
    public async Task UnknownMessage_IsUnimplemented(byte number) =>
        await EndsAsync(
            async raw =>
            {
                uint sequence = raw.Writer.Sequence;
                await raw.SendAsync([number, 1, 2, 3]);
                byte[] answer = await raw.ExpectAsync(MessageNumber.Unimplemented);
                Assert.Equal(sequence, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(1)));
                await raw.SendAsync(new DisconnectMessage(DisconnectReason.ByApplication, "enough", ""));
            },
            "enough");

    [Fact(Timeout = Patience)]
    public async Task MoreThanTheWindow_EndsTheConnection() =>
        await EndsAsync(
            async raw =>
            {
                (uint id, uint window) = await OpenAsync(raw, "sink");
                for (long sent = 0; sent <= window; sent += 32_768) await raw.SendAsync(Data(id, 32_768));
            },
            "window");

    [Fact(Timeout = Patience)]
    public async Task DataAfterEof_EndsTheConnection() =>
        await EndsAsync(
            async raw =>
            {
                (uint id, _) = await OpenAsync(raw, "sink");
                await raw.SendAsync(new ChannelEofMessage(id));
                await raw.SendAsync(Data(id, 1));
            },
            "expected nothing after its end");

    [Fact(Timeout = Patience)]
    public async Task DataAfterClose_EndsTheConnection() =>
        await EndsAsync(
            async raw =>
            {
                (uint id, _) = await OpenAsync(raw, "sink");
                raw.Add(new ChannelCloseMessage(id));
                raw.Add(Data(id, 1));
                await raw.FlushAsync();
            },
            "expected");

    [Theory(Timeout = Patience)]
    [InlineData(uint.MaxValue, 1u)]
    [InlineData(1u, uint.MaxValue)]
    public async Task WindowAbove32Bits_EndsTheConnection(uint initial, uint more) =>
        await EndsAsync(
            async raw =>
            {
                (uint id, _) = await OpenAsync(raw, "sink", initial);
                await raw.SendAsync(new ChannelWindowAdjustMessage(id, more));
            },
            "2^32-1");

    [Fact(Timeout = Patience)]
    public async Task AdjustFlood_IsHarmless() =>
        await EndsAsync(
            async raw =>
            {
                (uint id, _) = await OpenAsync(raw, "sink", 0);
                for (int i = 0; i < 50; i++)
                {
                    for (int j = 0; j < 1000; j++) raw.Add(new ChannelWindowAdjustMessage(id, (uint)(j & 1)));
                    await raw.FlushAsync();
                }

                await raw.SendAsync(new PingMessage(default));
                await raw.ExpectAsync(MessageNumber.Pong);
                await raw.SendAsync(new DisconnectMessage(DisconnectReason.ByApplication, "enough", ""));
            },
            "enough");

    [Fact(Timeout = Patience)]
    public async Task PacketsOfNothing_EndTheConnection() =>
        await EndsAsync(raw => raw.SendAsync(new ChannelOpenMessage("sink", 1, 100, 0, default)), "maximum packet");

    [Fact(Timeout = Patience)]
    public async Task ChannelOpenFlood_WithoutReading_IsBoundedAndEnds()
    {
        var never = new TaskCompletionSource<ChannelVerdict>();
        int asked = 0;
        var service = new FakeService { Open = (_, _) => { asked++; return new ValueTask<ChannelVerdict>(never.Task); } };
        await EndsAsync(
            async raw =>
            {
                while (true)
                {
                    for (uint i = 0; i < 1000; i++) raw.Add(new ChannelOpenMessage("x", i, 100, 100, default));
                    await raw.FlushAsync();
                }
            },
            "expected the peer to read",
            service);
        Assert.Equal(1024, asked);
    }

    [Fact(Timeout = Patience)]
    public async Task AcceptedChannelFlood_StopsAtTheLimit()
    {
        await EndsAsync(
            async raw =>
            {
                int accepted = 0;
                for (uint i = 0; i < 20_000; i += 100)
                {
                    for (uint j = 0; j < 100; j++) raw.Add(new ChannelOpenMessage("sink", i + j, 100, 100, default));
                    await raw.FlushAsync();
                    for (uint j = 0; j < 100; j++)
                    {
                        byte[] answer = (await raw.ReceiveAsync())!;
                        if (answer[0] == (byte)MessageNumber.ChannelOpenConfirmation) accepted++;
                    }
                }

                Assert.Equal(16_384, accepted);
                await raw.SendAsync(new DisconnectMessage(DisconnectReason.ByApplication, "enough", ""));
            },
            "enough");
    }

    [Fact(Timeout = Patience)]
    public async Task GlobalRequestFlood_EndsTheConnection()
    {
        var service = new FakeService { Request = static (_, _) => new ValueTask<GlobalRequestReply>(new TaskCompletionSource<GlobalRequestReply>().Task) };
        await EndsAsync(
            async raw =>
            {
                while (true) await raw.SendAsync(new GlobalRequestMessage("x", true, new byte[1000]));
            },
            "global requests",
            service);
    }

    [Theory(Timeout = Patience)]
    [InlineData(MessageNumber.RequestSuccess)]
    [InlineData(MessageNumber.RequestFailure)]
    public async Task AnswerToNoRequest_EndsTheConnection(MessageNumber number) => await EndsAsync(raw => raw.SendAsync([(byte)number]), "no request");

    [Fact(Timeout = Patience)]
    public async Task AnswerToNoChannelRequest_EndsTheConnection() =>
        await EndsAsync(
            async raw =>
            {
                (uint id, _) = await OpenAsync(raw, "sink");
                await raw.SendAsync(new ChannelSuccessMessage(id));
            },
            "no request");

    [Theory(Timeout = Patience)]
    [InlineData("confirm")]
    [InlineData("fail")]
    [InlineData("data")]
    [InlineData("close")]
    [InlineData("empty")]
    public async Task ServerThatAnswersAnOpeningWrongly_EndsTheConnection(string how)
    {
        using var streams = new MemoryStreamPair();
        Task<SshClient> connecting = SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions);
        using var raw = new RawPeer(streams.Second, isClient: false);
        await raw.LogInAsync();
        await using SshClient client = await connecting;
        Task<SshChannel> opening = client.Connection.OpenChannelAsync("x", default).AsTask();
        Assert.Equal(DecodeStatus.Ok, ChannelOpenMessage.TryDecode(await raw.ExpectAsync(MessageNumber.ChannelOpen), out ChannelOpenMessage open, out _));
        if (how is "confirm" or "fail") raw.Add(new ChannelOpenConfirmationMessage(open.SenderChannel, 1, 100, 100, default));
        if (how == "confirm") raw.Add(new ChannelOpenConfirmationMessage(open.SenderChannel, 1, 100, 100, default));
        if (how == "fail") raw.Add(new ChannelOpenFailureMessage(open.SenderChannel, ChannelOpenFailureReason.ConnectFailed, "", ""));
        if (how == "data") raw.Add(Data(open.SenderChannel, 1));
        if (how == "close") raw.Add(new ChannelCloseMessage(open.SenderChannel));
        if (how == "empty") raw.Add(new ChannelOpenConfirmationMessage(open.SenderChannel, 1, 100, 0, default));
        await raw.FlushAsync();
        await client.Connection.Closed;
        Assert.Equal(TunnelError.ProtocolViolation, Assert.IsType<TunnelException>(client.Connection.CloseReason).Error);
        if (how is "confirm" or "fail") await opening;
        else await Assert.ThrowsAsync<TunnelException>(() => opening);
        Unobserved.AssertNone();
    }

    internal static byte[] Data(uint channel, int length)
    {
        byte[] payload = new byte[ChannelDataPacket.HeaderLength + length];
        ChannelDataPacket.WriteHeader(payload, channel, length);
        return payload;
    }

    internal static async Task<(uint Id, uint Window)> OpenAsync(RawPeer raw, string type, uint window = 100_000)
    {
        await raw.SendAsync(new ChannelOpenMessage(type, 5, window, 32_768, default));
        Assert.Equal(DecodeStatus.Ok, ChannelOpenConfirmationMessage.TryDecode(await raw.ExpectAsync(MessageNumber.ChannelOpenConfirmation), out ChannelOpenConfirmationMessage open, out _));
        return (open.SenderChannel, open.InitialWindow);
    }

    private static byte[] Message(MessageNumber number, uint channel) => number switch
    {
        MessageNumber.ChannelData => Data(channel, 1),
        MessageNumber.ChannelExtendedData => [95, 0, 0, 0, (byte)channel, 0, 0, 0, 1, 0, 0, 0, 1, 0],
        MessageNumber.ChannelOpenConfirmation => new ChannelOpenConfirmationMessage(channel, 1, 1, 1, default).ToArray(),
        MessageNumber.ChannelOpenFailure => new ChannelOpenFailureMessage(channel, ChannelOpenFailureReason.ConnectFailed, "", "").ToArray(),
        MessageNumber.ChannelWindowAdjust => new ChannelWindowAdjustMessage(channel, 1).ToArray(),
        MessageNumber.ChannelRequest => new ChannelRequestMessage(channel, "x", true, default).ToArray(),
        _ => [(byte)number, 0, 0, 0, (byte)channel],
    };

    private static async Task EndsAsync(Func<RawPeer, Task> attack, string expected, FakeService? service = null)
    {
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = SshServerSession.AcceptAsync(streams.Second, TestPeers.ServerOptions, new TestPeers.OneKey(), _ => service ?? new FakeService());
        using var raw = new RawPeer(streams.First, isClient: true);
        await raw.LogInAsync();
        await using SshServerSession session = await accepting;
        try
        {
            await attack(raw);
        }
        catch (TunnelException)
        {
            // The victim was quicker.
        }

        await session.Connection.Closed;
        TunnelException reason = Assert.IsType<TunnelException>(session.Connection.CloseReason);
        Assert.Contains(expected, reason.Message, StringComparison.Ordinal);
        Unobserved.AssertNone();
    }
}

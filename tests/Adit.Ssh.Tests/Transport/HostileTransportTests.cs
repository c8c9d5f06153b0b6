using System.Text;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Client;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Server;
using Adit.TestKit.Time;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Transport;

/// <summary>Peers that break the transport's rules: each time the connection ends with a reason, and with nothing left over.</summary>
public sealed class HostileTransportTests
{
    private const int Patience = 30_000;
    private static readonly SshAlgorithms NotStrict = SshAlgorithms.Default with { HostKey = ["ssh-ed25519"] };

    [Theory(Timeout = Patience)]
    [InlineData("00000000", "Bad packet length 0")]
    [InlineData("00000001", "Bad packet length 1")]
    [InlineData("00000004", "Bad packet length 4")]
    [InlineData("0000000d", "Bad packet length 13")]
    [InlineData("000088bc", "Bad packet length 35004")]
    [InlineData("7fffffff", "Bad packet length 2147483647")]
    [InlineData("ffffffff", "Bad packet length 4294967295")]
    [InlineData("0000000c03", "Corrupted padlen 3")]
    [InlineData("0000000cff", "Corrupted padlen 255")]
    [InlineData("0000000c0b", "Corrupted padlen 11")]
    public async Task BadFirstPacket_EndsTheConnection(string head, string expected)
    {
        byte[] packet = new byte[16];
        packet[4] = 4;
        Convert.FromHexString(head).CopyTo(packet, 0);
        await ServerEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                await raw.Stream.WriteAsync(packet);
            },
            expected);
    }

    [Theory(Timeout = Patience)]
    [InlineData("aes128-gcm@openssh.com")]
    [InlineData("chacha20-poly1305@openssh.com")]
    [InlineData("aes128-ctr")]
    public async Task FlippedBit_IsACorruptedMac(string cipher)
    {
        await ServerEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                await raw.ExchangeKeysAsync();
                raw.Add(new IgnoreMessage(new byte[50]));
                byte[] octets = raw.Writer.Sealed.ToArray();
                octets[^1] ^= 1;
                await raw.Stream.WriteAsync(octets);
            },
            "Corrupted MAC on input",
            NotStrict with { Cipher = [cipher], Mac = ["hmac-sha2-256"] });
    }

    [Theory(Timeout = Patience)]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("SSH-1.5-old\r\n")]
    [InlineData("SSH-2.0-\0\r\n")]
    public async Task NotSsh_IsRefused(string line) =>
        await ServerEndsAsync(async raw => await raw.Stream.WriteAsync(Encoding.ASCII.GetBytes(line)), "identification");

    [Fact(Timeout = Patience)]
    public async Task EndlessIdentification_IsRefused() =>
        await ServerEndsAsync(
            async raw =>
            {
                byte[] some = Encoding.ASCII.GetBytes("SSH-2.0-" + new string('a', 1000));
                for (int i = 0; i < 100; i++) await raw.Stream.WriteAsync(some);
            },
            "identification");

    [Fact(Timeout = Patience)]
    public async Task EndlessLinesBeforeIdentification_AreRefusedByAClient() =>
        await ClientEndsAsync(
            async raw =>
            {
                byte[] line = Encoding.ASCII.GetBytes("welcome\r\n");
                for (int i = 0; i < 20_000; i++) await raw.Stream.WriteAsync(line);
            },
            "identification");

    [Fact(Timeout = Patience)]
    public async Task SilentPeer_TimesOut_InBothRoles()
    {
        var time = new VirtualTime();
        using var first = new MemoryStreamPair();
        Task<SshServerSession> accepting = SshServerSession.AcceptAsync(first.Second, TestPeers.ServerOptions with { LoginGraceTime = TimeSpan.FromSeconds(20) }, new TestPeers.OneKey(), _ => new FakeService(), time: time);
        using var second = new MemoryStreamPair();
        Task<SshClient> connecting = SshClient.ConnectAsync(second.First, TestPeers.ClientOptions with { ConnectTimeout = TimeSpan.FromSeconds(20) }, time: time);
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(accepting.IsCompleted || connecting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TunnelError.TimedOut, (await Assert.ThrowsAsync<TunnelException>(() => accepting)).Error);
        Assert.Equal(TunnelError.TimedOut, (await Assert.ThrowsAsync<TunnelException>(() => connecting)).Error);
    }

    [Fact(Timeout = Patience)]
    public async Task ServerSilentInAuthentication_TimesOut()
    {
        var time = new VirtualTime();
        using var streams = new MemoryStreamPair();
        Task<SshClient> connecting = SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions, time: time);
        using var raw = new RawPeer(streams.Second, isClient: false);
        await raw.IdentifyAsync();
        await raw.ExchangeKeysAsync();
        await raw.ExpectAsync(MessageNumber.ServiceRequest);
        while (!connecting.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(5);
        }

        Assert.Equal(TunnelError.TimedOut, (await Assert.ThrowsAsync<TunnelException>(() => connecting)).Error);
    }

    [Theory(Timeout = Patience)]
    [InlineData(MessageNumber.NewKeys)]
    [InlineData(MessageNumber.KexDhReply)]
    [InlineData(MessageNumber.KexDhInit)]
    [InlineData(MessageNumber.ServiceRequest)]
    [InlineData(MessageNumber.UserauthRequest)]
    [InlineData(MessageNumber.ChannelOpen)]
    [InlineData(MessageNumber.ExtInfo)]
    [InlineData(MessageNumber.Ping)]
    public async Task AnythingBeforeKexInit_IsRefused(MessageNumber number) =>
        await ServerEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                await raw.SendAsync([(byte)number, 0, 0, 0, 0]);
            },
            "key exchange");

    [Theory(Timeout = Patience)]
    [InlineData(MessageNumber.KexInit, "got a second")]
    [InlineData(MessageNumber.NewKeys, "out of order")]
    [InlineData(MessageNumber.KexDhReply, "out of order")]
    [InlineData(MessageNumber.ServiceRequest, "key exchange")]
    [InlineData(MessageNumber.ChannelData, "key exchange")]
    [InlineData(MessageNumber.Ignore, "key exchange")]
    [InlineData(MessageNumber.Debug, "key exchange")]
    [InlineData(MessageNumber.Unimplemented, "key exchange")]
    public async Task AnythingElseAfterKexInit_IsRefused(MessageNumber number, string expected) =>
        await ServerEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                byte[] init = raw.Kex.Start();
                await raw.SendAsync(init);
                await raw.SendAsync(number == MessageNumber.KexInit ? init : [(byte)number, 0, 0, 0, 0]);
            },
            expected);

    [Fact(Timeout = Patience)]
    public async Task PacketBeforeStrictKexInit_IsRefused() =>
        await ServerEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                await raw.SendAsync(new IgnoreMessage(default));
                await raw.SendAsync(raw.Kex.Start());
            },
            "strict key exchange");

    [Fact(Timeout = Patience)]
    public async Task IgnoreBeforeNewKeys_IsRefused() =>
        await ServerEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                await raw.SendAsync(raw.Kex.Start());
                raw.Kex.ReceiveInit(await raw.ExpectAsync(MessageNumber.KexInit));
                await raw.SendAsync(raw.Kex.CreateDhInit());
                raw.Kex.ReceiveDhReply(await raw.ExpectAsync(MessageNumber.KexDhReply));
                await raw.SendAsync(new IgnoreMessage(default));
            },
            "key exchange");

    [Fact(Timeout = Patience)]
    public async Task DeletedPacketAfterStrictKeyExchange_IsNoticed() =>
        // Terrapin: an inserted packet before and a deleted one after; the reset of the numbers makes the next mac wrong.
        await ServerEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                await raw.ExchangeKeysAsync();
                raw.Add(new IgnoreMessage(default));
                raw.Writer.Clear();
                await raw.SendAsync(new ServiceRequestMessage("ssh-userauth"));
            },
            "Corrupted MAC");

    [Theory(Timeout = Patience)]
    [InlineData("mlkem768x25519-sha256", 0)]
    [InlineData("mlkem768x25519-sha256", 1184)]
    [InlineData("mlkem768x25519-sha256", 1216)]
    [InlineData("sntrup761x25519-sha512", 1190)]
    [InlineData("sntrup761x25519-sha512@openssh.com", 34_000)]
    [InlineData("curve25519-sha256", 32)]
    [InlineData("curve25519-sha256", 31)]
    [InlineData("ecdh-sha2-nistp256", 65)]
    [InlineData("diffie-hellman-group14-sha256", 0)]
    [InlineData("diffie-hellman-group14-sha256", 300)]
    public async Task RefusedPublicValue_EndsTheConnection(string method, int length) =>
        await ServerEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                await raw.SendAsync(raw.Kex.Start());
                await raw.SendAsync(new KexDhInitMessage(new byte[length]));
            },
            "refused",
            NotStrict with { KeyExchange = [method] });

    [Fact(Timeout = Patience)]
    public async Task NoCommonAlgorithm_NamesBothLists() =>
        await ServerEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                await raw.SendAsync(raw.Kex.Start());
            },
            "no matching cipher found. Our offer: aes128-gcm@openssh.com",
            NotStrict with { Cipher = ["3des-cbc", "arcfour"] },
            "Their offer: 3des-cbc,arcfour");

    [Fact(Timeout = Patience)]
    public async Task WrongSignatureOfTheHost_IsRefused() =>
        await ClientEndsAsync(
            async raw =>
            {
                await raw.IdentifyAsync();
                await raw.SendAsync(raw.Kex.Start());
                raw.Kex.ReceiveInit(await raw.ExpectAsync(MessageNumber.KexInit));
                byte[] blob = TestPeers.HostKey.PublicKey.Blob.ToArray();
                byte[] own = raw.Kex.ReceiveDhInit(await raw.ExpectAsync(MessageNumber.KexDhInit), blob);
                await raw.SendAsync(new KexDhReplyMessage(blob, own, await TestPeers.HostKey.SignAsync("ssh-ed25519", new byte[32])));
            },
            "incorrect signature");

    [Fact(Timeout = Patience)]
    public async Task WrongGuess_IsThrownAway_AndARightOneIsUsed()
    {
        foreach (bool right in (bool[])[true, false])
        {
            using var streams = new MemoryStreamPair();
            Task<SshServerSession> accepting = AcceptAsync(streams.Second);
            // The server prefers mlkem768x25519; a client that prefers nistp384 guesses wrong though both have it (RFC 4253 §7).
            using var raw = new RawPeer(streams.First, isClient: true, NotStrict with { KeyExchange = right ? ["mlkem768x25519-sha256"] : ["ecdh-sha2-nistp384"], HostKey = ["ssh-ed25519"] });
            await raw.IdentifyAsync();
            byte[] init = raw.Kex.Start();
            // first_kex_packet_follows stands before the last uint32. The engine hashes the array that it made.
            init[^5] = 1;
            await raw.SendAsync(init);
            raw.Kex.ReceiveInit(await raw.ExpectAsync(MessageNumber.KexInit));
            if (!right) await raw.SendAsync(new KexDhInitMessage(new byte[97]));
            await raw.SendAsync(raw.Kex.CreateDhInit());
            raw.Kex.ReceiveDhReply(await raw.ExpectAsync(MessageNumber.KexDhReply));
            await raw.ExpectAsync(MessageNumber.NewKeys);
            streams.Cut();
            await Assert.ThrowsAsync<TunnelException>(() => accepting);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task SequenceNumber_Wraps()
    {
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second);
        using var raw = new RawPeer(streams.First, isClient: true, NotStrict with { Cipher = ["chacha20-poly1305@openssh.com"] });
        await raw.LogInAsync();
        await using SshServerSession session = await accepting;
        session.Connection.Transport.Reader.Sequence = raw.Writer.Sequence = uint.MaxValue - 2;
        for (int i = 0; i < 5; i++)
        {
            await raw.SendAsync(new PingMessage(new[] { (byte)i }));
            Assert.Equal((byte)i, (await raw.ExpectAsync(MessageNumber.Pong))[^1]);
        }

        Assert.Equal(2u, raw.Writer.Sequence);
        session.Connection.Transport.Reader.PacketsSinceKeys = uint.MaxValue;
        await raw.SendAsync(new PingMessage(default));
        await session.Connection.Closed;
        Assert.Contains("2^32", session.Connection.CloseReason!.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task LongPacket_IsTakenAfterAuthenticationOnly()
    {
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second);
        using var raw = new RawPeer(streams.First, isClient: true);
        await raw.LogInAsync();
        await using SshServerSession session = await accepting;
        await raw.SendAsync(new IgnoreMessage(new byte[250_000]));
        await raw.SendAsync(new PingMessage(new byte[1000]));
        await raw.ExpectAsync(MessageNumber.Pong);
        await raw.SendAsync(new PingMessage(new byte[100_000]));
        await session.Connection.Closed;
        Assert.Contains("PING", session.Connection.CloseReason!.Message, StringComparison.Ordinal);
        Unobserved.AssertNone();
    }

    [Fact(Timeout = Patience)]
    public async Task PingFloodWithoutReading_IsBoundedAndEnds()
    {
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second);
        using var raw = new RawPeer(streams.First, isClient: true);
        await raw.LogInAsync();
        await using SshServerSession session = await accepting;
        try
        {
            while (!session.Connection.Closed.IsCompleted) await raw.SendAsync(new PingMessage(new byte[30_000]));
        }
        catch (TunnelException)
        {
            // Cut off.
        }

        await session.Connection.Closed;
        Assert.Equal(TunnelError.ResourceShortage, Assert.IsType<TunnelException>(session.Connection.CloseReason).Error);
    }

    [Fact(Timeout = Patience)]
    public async Task RekeyThatThePeerNeverAnswers_DoesNotStopReceiving()
    {
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second);
        using var raw = new RawPeer(streams.First, isClient: true);
        await raw.LogInAsync();
        await using SshServerSession session = await accepting;
        session.Connection.Rekey();
        byte[] init = await raw.ExpectAsync(MessageNumber.KexInit);
        for (int i = 0; i < 1000; i++) await raw.SendAsync(new PingMessage(new byte[100]));
        await raw.ExchangeKeysAsync(init);
        for (int i = 0; i < 1000; i++) await raw.ExpectAsync(MessageNumber.Pong);
    }

    private static Task<SshServerSession> AcceptAsync(DuplexStream stream) =>
        SshServerSession.AcceptAsync(stream, TestPeers.ServerOptions, new TestPeers.OneKey(), _ => new FakeService());

    private static async Task ServerEndsAsync(Func<RawPeer, Task> attack, string expected, SshAlgorithms? algorithms = null, string expectedToo = "")
    {
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second);
        using var raw = new RawPeer(streams.First, isClient: true, algorithms);
        await EndsAsync(raw, attack, accepting, expected, expectedToo);
    }

    private static async Task ClientEndsAsync(Func<RawPeer, Task> attack, string expected)
    {
        using var streams = new MemoryStreamPair();
        Task<SshClient> connecting = SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions);
        using var raw = new RawPeer(streams.Second, isClient: false);
        await EndsAsync(raw, attack, connecting, expected, "");
    }

    private static async Task EndsAsync(RawPeer raw, Func<RawPeer, Task> attack, Task victim, string expected, string expectedToo)
    {
        try
        {
            await attack(raw);
        }
        catch (TunnelException)
        {
            // The victim was quicker.
        }

        TunnelException reason = await Assert.ThrowsAsync<TunnelException>(() => victim);
        Assert.Contains(expected, reason.Message, StringComparison.Ordinal);
        Assert.Contains(expectedToo, reason.Message, StringComparison.Ordinal);
        Unobserved.AssertNone();
    }
}

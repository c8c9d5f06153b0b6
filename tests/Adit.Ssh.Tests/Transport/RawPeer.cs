using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Transport;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Transport;

/// <summary>A peer that speaks packets and does only what a test tells it to: the hand of a hostile client or server.</summary>
internal sealed class RawPeer(DuplexStream stream, bool isClient, SshAlgorithms? algorithms = null) : IDisposable
{
    private readonly IdentificationLine _own = IdentificationLine.Create("Raw_1");

    public PacketWriter Writer { get; } = new();

    public PacketReader Reader { get; } = new() { Limit = PacketReader.Maximum };

    public KeyExchangeEngine Kex { get; } = new(isClient, algorithms ?? SshAlgorithms.Default with { HostKey = ["ssh-ed25519"] });

    public DuplexStream Stream => stream;

    public async Task IdentifyAsync()
    {
        byte[] line = _own.ToArray();
        await stream.WriteAsync(line);
        var identification = new IdentificationReader(isClient);
        DecodeStatus status = DecodeStatus.Truncated;
        while (status == DecodeStatus.Truncated)
        {
            Assert.True(await ReceiveMoreAsync(), "the other side closed during identification");
            status = identification.Receive(Reader.Unread, out int consumed);
            Reader.Skip(consumed);
        }

        Assert.Equal(DecodeStatus.Ok, status);
        Kex.Identifications = isClient ? (_own.Octets, identification.Line.Octets) : (identification.Line.Octets, _own.Octets);
    }

    /// <summary>Runs a whole key exchange, both sides' first packets included.</summary>
    public async Task ExchangeKeysAsync(byte[]? peerInit = null)
    {
        if (!Kex.InProgress) await SendAsync(Kex.Start());
        Kex.ReceiveInit(peerInit ?? await ExpectAsync(MessageNumber.KexInit));
        if (isClient)
        {
            await SendAsync(Kex.CreateDhInit());
            Kex.ReceiveDhReply(await ExpectAsync(MessageNumber.KexDhReply));
        }
        else
        {
            await ReplyToDhInitAsync(await ExpectAsync(MessageNumber.KexDhInit));
        }

        (Adit.Ssh.Ciphers.PacketCipher outgoing, Adit.Ssh.Ciphers.PacketCipher incoming) = Kex.CreateCiphers();
        await SendAsync(default(NewKeysMessage));
        Writer.ChangeCipher(outgoing);
        if (Kex.IsStrict) Writer.Sequence = 0;
        await ExpectAsync(MessageNumber.NewKeys);
        Reader.ChangeCipher(incoming);
        if (Kex.IsStrict) Reader.Sequence = 0;
        Kex.Finish();
    }

    public async Task ReplyToDhInitAsync(byte[] init)
    {
        byte[] blob = TestPeers.HostKey.PublicKey.Blob.ToArray();
        byte[] own = Kex.ReceiveDhInit(init, blob);
        await SendAsync(new KexDhReplyMessage(blob, own, await TestPeers.HostKey.SignAsync("ssh-ed25519", Kex.Hash)));
    }

    /// <summary>Identification, keys, and a login: by the user's key as a client, of anybody as a server.</summary>
    public async Task LogInAsync()
    {
        await IdentifyAsync();
        await ExchangeKeysAsync();
        if (isClient)
        {
            await SendAsync(new ServiceRequestMessage("ssh-userauth"));
            await ExpectAsync(MessageNumber.ServiceAccept);
            await SendAsync(await SignedRequestAsync());
            await ExpectAsync(MessageNumber.UserauthSuccess);
        }
        else
        {
            await ExpectAsync(MessageNumber.ServiceRequest);
            await SendAsync(new ServiceAcceptMessage("ssh-userauth"));
            await ExpectAsync(MessageNumber.UserauthRequest);
            await SendAsync(default(UserauthSuccessMessage));
        }
    }

    public async Task<UserauthRequestMessage> SignedRequestAsync()
    {
        byte[] blob = TestPeers.UserKey.PublicKey.Blob.ToArray();
        byte[] head = new UserauthRequestMessage("user", "ssh-connection", "publickey", default).ToArray();
        byte[] data = new byte[4 + Kex.SessionId!.Length + head.Length + 1 + SshWriter.TextLength("ssh-ed25519") + 4 + blob.Length];
        var writer = new SshWriter(data);
        writer.WriteString(Kex.SessionId);
        writer.WriteBytes(head);
        writer.WriteBoolean(true);
        writer.WriteText("ssh-ed25519");
        writer.WriteString(blob);
        byte[] signature = await TestPeers.UserKey.SignAsync("ssh-ed25519", data);
        return new UserauthRequestMessage("user", "ssh-connection", "publickey", SshChannel.Encode(new PublicKeyAuthFields("ssh-ed25519", blob, signature)));
    }

    /// <summary>Seals a payload, not sent until <see cref="FlushAsync"/>.</summary>
    public void Add(ReadOnlySpan<byte> payload)
    {
        payload.CopyTo(Writer.Payload);
        Writer.Seal(payload.Length);
    }

    public void Add<T>(T message)
        where T : struct, ISshMessage<T> => Add(message.ToArray());

    public async Task FlushAsync()
    {
        await stream.WriteAsync(Writer.Sealed);
        Writer.Clear();
    }

    public Task SendAsync(ReadOnlySpan<byte> payload)
    {
        Add(payload);
        return FlushAsync();
    }

    public Task SendAsync<T>(T message)
        where T : struct, ISshMessage<T> => SendAsync(message.ToArray());

    /// <summary>The next packet's payload; null at the end of the stream.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        byte[]? payload;
        while ((payload = Next()) is null)
        {
            if (!await ReceiveMoreAsync()) return null;
        }

        return payload;

        byte[]? Next() => Reader.TryNext(out ReadOnlySpan<byte> next) ? next.ToArray() : null;
    }

    /// <summary>The next packet with this number; others are passed over, but a disconnect.</summary>
    public async Task<byte[]> ExpectAsync(MessageNumber number)
    {
        while (await ReceiveAsync() is { } payload)
        {
            if (payload[0] == (byte)number) return payload;
            if (payload[0] == (byte)MessageNumber.Disconnect && DisconnectMessage.TryDecode(payload, out DisconnectMessage message, out _) == DecodeStatus.Ok)
            {
                throw new TunnelException(TunnelError.ConnectionLost, $"raw peer: expected {number}, got disconnect: {message.Description}");
            }
        }

        throw new TunnelException(TunnelError.ConnectionLost, $"raw peer: expected {number}, got the end");
    }

    public void Dispose()
    {
        stream.Dispose();
        Kex.Dispose();
        Writer.Dispose();
        Reader.Dispose();
    }

    private async Task<bool> ReceiveMoreAsync()
    {
        try
        {
            int count = await stream.ReadAsync(Reader.Room);
            Reader.Received(count);
            return count > 0;
        }
        catch (TunnelException)
        {
            return false;
        }
    }
}

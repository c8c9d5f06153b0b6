using System.Security.Cryptography;
using Adit.Core;
using Adit.Ssh.Ciphers;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Tests.Transport;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.KeyExchange;

/// <summary>Both roles against each other, and values that must be refused.</summary>
public sealed class KeyExchangeEngineTests
{
    private static readonly byte[] HostKey = TestPeers.HostKey.PublicKey.Blob.ToArray();

    public static TheoryData<string> Methods() => [.. KeyAgreement.Names];

    [Theory]
    [MemberData(nameof(Methods))]
    public void BothRoles_AgreeOnHashAndKeys(string method)
    {
        using KeyExchangeEngine client = Engine(true, method), server = Engine(false, method);
        byte[]? session = null;
        for (int round = 0; round < (method.StartsWith("diffie", StringComparison.Ordinal) ? 1 : 3); round++)
        {
            Exchange(client, server);
            Assert.Equal(client.Hash, server.Hash);
            (PacketCipher clientOut, PacketCipher clientIn) = client.CreateCiphers();
            (PacketCipher serverOut, PacketCipher serverIn) = server.CreateCiphers();
            AssertOpens(clientOut, serverIn);
            AssertOpens(serverOut, clientIn);
            client.Finish();
            server.Finish();
            Assert.Equal(client.SessionId, server.SessionId);
            session ??= client.Hash;
            Assert.Equal(session, client.SessionId);
            Assert.Equal(round == 0, session.AsSpan().SequenceEqual(client.Hash));
            Assert.True(client.IsStrict && server.IsStrict && server.PeerTakesExtInfo);
            Assert.False(client.InProgress || client.PeerStarted);
        }
    }

    [Fact]
    public void MarkersCountInTheFirstOfferOnly()
    {
        using KeyExchangeEngine client = Engine(true), server = Engine(false);
        Assert.Contains(NegotiatedAlgorithms.StrictClient, Kex(client.Start()));
        Exchange(client, server);
        client.CreateCiphers();
        server.CreateCiphers();
        client.Finish();
        server.Finish();
        Assert.DoesNotContain(NegotiatedAlgorithms.StrictClient, Kex(client.Start()));
        server.Start();
        KexInitMessage late = Decode(client.Start());
        server.ReceiveInit((late with { KexAlgorithms = [.. late.KexAlgorithms, "ext-info-c"] }).ToArray());
        Assert.True(server.IsStrict);
    }

    [Fact]
    public void WithoutTheMarker_IsNotStrict_AndMarkersAreNeverAgreedOn()
    {
        using KeyExchangeEngine client = Engine(true), server = Engine(false);
        server.Start();
        KexInitMessage offer = Decode(client.Start());
        server.ReceiveInit((offer with { KexAlgorithms = ["ext-info-c", .. offer.KexAlgorithms.Where(n => !n.StartsWith("kex-strict", StringComparison.Ordinal))] }).ToArray());
        Assert.False(server.IsStrict);
        Assert.Equal(KeyAgreement.Names[0], server.Negotiated!.KeyExchange);
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256", "ssh-ed25519", false)]
    [InlineData("ecdh-sha2-nistp256", "ssh-ed25519", true)]
    [InlineData("mlkem768x25519-sha256", "rsa-sha2-512,ssh-ed25519", true)]
    public void Guess_IsRightWhenBothPreferTheSame(string kex, string hostKeys, bool ignored)
    {
        using KeyExchangeEngine client = Engine(true), server = Engine(false);
        server.Start();
        KexInitMessage offer = Decode(client.Start());
        server.ReceiveInit((offer with { KexAlgorithms = [kex], ServerHostKeyAlgorithms = hostKeys.Split(','), FirstKexPacketFollows = true }).ToArray());
        Assert.Equal(ignored, server.IgnoreNextGuess);
        server.GuessIgnored();
        Assert.False(server.IgnoreNextGuess);
    }

    [Theory]
    [InlineData("kex", "no matching key exchange method found")]
    [InlineData("hostkey", "no matching host key type found")]
    [InlineData("cipher", "no matching cipher found")]
    [InlineData("mac", "no matching MAC found")]
    [InlineData("compression", "no matching compression method found")]
    public void NoCommonAlgorithm_NamesBothLists(string list, string expected)
    {
        using KeyExchangeEngine client = Engine(true), server = Engine(false);
        client.Start();
        KexInitMessage offer = Decode(server.Start());
        string[] odd = ["odd-one", "odd-two"];
        offer = list switch
        {
            "kex" => offer with { KexAlgorithms = [.. odd, "kex-strict-s-v00@openssh.com"] },
            "hostkey" => offer with { ServerHostKeyAlgorithms = odd },
            "cipher" => offer with { EncryptionServerToClient = odd },
            "mac" => offer with { EncryptionServerToClient = ["aes256-ctr"], MacServerToClient = odd },
            _ => offer with { CompressionServerToClient = odd },
        };
        TunnelException none = Assert.Throws<TunnelException>(() => client.ReceiveInit(offer.ToArray()));
        Assert.Equal(TunnelError.NoCommonAlgorithm, none.Error);
        Assert.StartsWith(expected + ". Our offer: ", none.Message, StringComparison.Ordinal);
        Assert.EndsWith("Their offer: odd-one,odd-two", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClientsPreference_Decides()
    {
        using KeyExchangeEngine client = Engine(true), server = Engine(false);
        server.Start();
        KexInitMessage offer = Decode(client.Start());
        server.ReceiveInit((offer with { EncryptionClientToServer = ["aes256-ctr", "aes128-gcm@openssh.com"], MacClientToServer = ["hmac-sha2-512"] }).ToArray());
        Assert.Equal(("aes256-ctr", "hmac-sha2-512", "aes128-gcm@openssh.com", ""), (server.Negotiated!.CipherClientToServer, server.Negotiated.MacClientToServer, server.Negotiated.CipherServerToClient, server.Negotiated.MacServerToClient));
    }

    [Theory]
    [InlineData("curve25519-sha256", "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("curve25519-sha256", "0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("curve25519-sha256", "")]
    [InlineData("ecdh-sha2-nistp256", "00")]
    [InlineData("ecdh-sha2-nistp256", "0400000000000000000000000000000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData("ecdh-sha2-nistp256", "026b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")]
    [InlineData("diffie-hellman-group14-sha256", "")]
    [InlineData("diffie-hellman-group14-sha256", "00")]
    [InlineData("diffie-hellman-group14-sha256", "01")]
    [InlineData("diffie-hellman-group14-sha256", "80")]
    [InlineData("diffie-hellman-group14-sha256", "p-1")]
    [InlineData("diffie-hellman-group14-sha256", "p")]
    [InlineData("diffie-hellman-group14-sha256", "p+")]
    public void BadPublicValue_IsRefusedByBothRoles(string method, string value)
    {
        using var group = new Adit.Platform.Crypto.FiniteFieldDiffieHellman(Adit.Platform.Crypto.DiffieHellmanGroup.Group14);
        byte[] prime = [0, .. group.Prime.Span];
        byte[] bad = value switch
        {
            "p" => prime,
            "p-1" => [.. prime[..^1], (byte)(prime[^1] - 1)],
            "p+" => [1, .. prime[1..]],
            _ => Convert.FromHexString(value),
        };
        using KeyExchangeEngine client = Engine(true, method), server = Engine(false, method);
        Offer(client, server);
        Assert.Contains("refused", Assert.Throws<TunnelException>(() => server.ReceiveDhInit(new KexDhInitMessage(bad).ToArray(), HostKey)).Message, StringComparison.Ordinal);
        Assert.Contains("refused", Assert.Throws<TunnelException>(() => client.ReceiveDhReply(new KexDhReplyMessage(HostKey, bad, default).ToArray())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256", 1184, 1088)]
    [InlineData("sntrup761x25519-sha512", 1158, 1039)]
    [InlineData("sntrup761x25519-sha512@openssh.com", 1158, 1039)]
    public void HybridValueOfAnotherLength_OrWithAnUnfitPart_IsRefusedByBothRoles(string method, int key, int ciphertext)
    {
        using KeyExchangeEngine client = Engine(true, method), server = Engine(false, method);
        Offer(client, server);
        byte[] init = client.CreateDhInit().PublicValue.ToArray();
        byte[] reply = server.ReceiveDhInit(new KexDhInitMessage(init).ToArray(), HostKey);
        Assert.Equal((key + 32, ciphertext + 32), (init.Length, reply.Length));
        foreach (byte[] bad in Unfit(init)) Refused(() => server.ReceiveDhInit(new KexDhInitMessage(bad).ToArray(), HostKey));
        foreach (byte[] bad in Unfit(reply)) Refused(() => client.ReceiveDhReply(new KexDhReplyMessage(HostKey, bad, default).ToArray()));

        static byte[][] Unfit(byte[] value) => [[], value[..32], value[..^32], value[..^1], [.. value, 0], [.. value[..^32], .. new byte[32]], [.. value[..^32], 1, .. new byte[31]]];
        static void Refused(Action action) => Assert.Contains("refused", Assert.Throws<TunnelException>(action).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyOutsideTheModulus_IsRefused()
    {
        using KeyExchangeEngine client = Engine(true, "mlkem768x25519-sha256"), server = Engine(false, "mlkem768x25519-sha256");
        Offer(client, server);
        byte[] init = client.CreateDhInit().PublicValue.ToArray();
        (init[0], init[1]) = (0xFF, 0xFF);
        Assert.Throws<TunnelException>(() => server.ReceiveDhInit(new KexDhInitMessage(init).ToArray(), HostKey));
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256")]
    [InlineData("sntrup761x25519-sha512")]
    public void ChangedCiphertext_GivesAnotherHash(string method)
    {
        // Implicit rejection: the host's signature over the hash is what then fails.
        using KeyExchangeEngine client = Engine(true, method), server = Engine(false, method);
        Offer(client, server);
        byte[] reply = server.ReceiveDhInit(client.CreateDhInit().ToArray(), HostKey);
        reply[100] ^= 1;
        client.ReceiveDhReply(new KexDhReplyMessage(HostKey, reply, default).ToArray());
        Assert.NotEqual(server.Hash, client.Hash);
    }

    [Fact]
    public void HybridSecret_IsAString()
    {
        // draft-ietf-sshm-mlkem-hybrid-kex §2.4: no mpint, so that no octet is added or dropped.
        Assert.Equal("00000003" + "800102", Convert.ToHexStringLower(ExchangeHash.EncodeSecret([0x80, 1, 2], asString: true)));
        Assert.Equal("00000003" + "000001", Convert.ToHexStringLower(ExchangeHash.EncodeSecret([0, 0, 1], asString: true)));
    }

    [Fact]
    public void SecondOffer_IsRefused()
    {
        using KeyExchangeEngine client = Engine(true), server = Engine(false);
        Offer(client, server);
        Assert.Throws<TunnelException>(() => server.ReceiveInit(client.Start()));
    }

    [Fact]
    public void DerivedKeys_AreThoseOfTheText()
    {
        // RFC 4253 §7.2, computed here a second time, over more than two hash lengths.
        byte[] secret = ExchangeHash.EncodeSecret([0x80, 1, 2]), hash = SHA256.HashData([1]), session = SHA256.HashData([2]);
        Assert.Equal("00000004" + "00800102", Convert.ToHexStringLower(secret));
        byte[] k1 = SHA256.HashData([.. secret, .. hash, (byte)'C', .. session]);
        byte[] k2 = SHA256.HashData([.. secret, .. hash, .. k1]);
        byte[] k3 = SHA256.HashData([.. secret, .. hash, .. k1, .. k2]);
        Assert.Equal([.. k1, .. k2, .. k3[..6]], ExchangeHash.DeriveKey(HashAlgorithmName.SHA256, secret, hash, 'C', session, 70));
        Assert.Equal("0000000101", Convert.ToHexStringLower(ExchangeHash.EncodeSecret([0, 0, 1])));
    }

    private static KeyExchangeEngine Engine(bool isClient, string? method = null) => new(isClient, SshAlgorithms.Default with
    {
        KeyExchange = method is null ? KeyAgreement.Names : [method],
        HostKey = ["ssh-ed25519", "rsa-sha2-512"],
    })
    {
        Identifications = ("SSH-2.0-c"u8.ToArray(), "SSH-2.0-s"u8.ToArray()),
    };

    private static KexInitMessage Decode(byte[] init)
    {
        Assert.Equal(DecodeStatus.Ok, KexInitMessage.TryDecode(init, out KexInitMessage message, out _));
        return message;
    }

    private static string[] Kex(byte[] init) => Decode(init).KexAlgorithms;

    private static void Offer(KeyExchangeEngine client, KeyExchangeEngine server)
    {
        byte[] fromClient = client.Start(), fromServer = server.Start();
        client.ReceiveInit(fromServer);
        server.ReceiveInit(fromClient);
    }

    private static void Exchange(KeyExchangeEngine client, KeyExchangeEngine server)
    {
        Offer(client, server);
        byte[] own = server.ReceiveDhInit(client.CreateDhInit().ToArray(), HostKey);
        client.ReceiveDhReply(new KexDhReplyMessage(HostKey, own, default).ToArray());
    }

    private static void AssertOpens(PacketCipher outgoing, PacketCipher incoming)
    {
        byte[] packet = new byte[4 + 32], mac = new byte[outgoing.MacLength];
        packet[3] = 32;
        packet[10] = 99;
        outgoing.Seal(3, packet, mac);
        Assert.Equal(32u, incoming.OpenLength(3, packet));
        Assert.True(incoming.TryOpen(3, packet, mac));
        Assert.Equal(99, packet[10]);
    }
}

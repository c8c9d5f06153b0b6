using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Tests.Transport;
using Adit.TestKit.Time;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Authentication;

/// <summary>Logins, allowed and refused.</summary>
public sealed class ServerAuthenticatorTests
{
    private const int Patience = 30_000;

    [Fact(Timeout = Patience)]
    public async Task KeyThatIsAuthorised_LogsIn_AfterOthersWereRefused()
    {
        using var other = SshPrivateKey.Generate(SshKeyKind.Ecdsa256);
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second, new TestPeers.OneKey(TestPeers.UserKey.PublicKey), TestPeers.ServerOptions with { Banner = "hello\n" });
        string banner = "";
        await using SshClient client = await SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions with { Identities = [other, TestPeers.UserKey], Banner = text => banner += text });
        await using SshServerSession session = await accepting;
        Assert.Equal(("user", TestPeers.UserKey.PublicKey.Fingerprint, "hello\n"), (session.User, session.Key!.Fingerprint, banner));
    }

    [Fact(Timeout = Patience)]
    public async Task NoAuthorisedKey_IsPermissionDenied_OnBothSides()
    {
        using var other = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second, new TestPeers.OneKey(other.PublicKey));
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions));
        Assert.Equal(TunnelError.AuthenticationFailed, refused.Error);
        Assert.Contains("user@host.example: Permission denied (publickey).", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TunnelException>(() => accepting);
        Unobserved.AssertNone();
    }

    [Fact(Timeout = Patience)]
    public async Task MaxAuthTries_EndsTheConnection()
    {
        SshPrivateKey[] keys = [.. Enumerable.Range(0, 5).Select(_ => SshPrivateKey.Generate(SshKeyKind.Ed25519))];
        using var streams = new MemoryStreamPair();
        int asked = 0;
        Task<SshServerSession> accepting = AcceptAsync(streams.Second, new TestPeers.OneKey(TestPeers.UserKey.PublicKey), TestPeers.ServerOptions with { MaxAuthTries = 3 });
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => SshClient.ConnectAsync(
            streams.First, TestPeers.ClientOptions with { Identities = keys.Select(k => { asked++; return k; }) }));
        Assert.Contains("Too many authentication failures", refused.Message, StringComparison.Ordinal);
        Assert.Equal(TunnelError.AuthenticationFailed, (await Assert.ThrowsAsync<TunnelException>(() => accepting)).Error);
        Assert.Equal(3, asked);
    }

    [Fact(Timeout = Patience)]
    public async Task LoginGraceTime_EndsAClientThatIsSlow()
    {
        var time = new VirtualTime();
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second, new TestPeers.OneKey(), TestPeers.ServerOptions with { LoginGraceTime = TimeSpan.FromSeconds(7) }, time);
        using var raw = new RawPeer(streams.First, isClient: true);
        await raw.IdentifyAsync();
        await raw.ExchangeKeysAsync();
        await raw.SendAsync(new ServiceRequestMessage("ssh-userauth"));
        await raw.ExpectAsync(MessageNumber.ServiceAccept);
        time.Advance(TimeSpan.FromSeconds(7));
        TunnelException late = await Assert.ThrowsAsync<TunnelException>(() => accepting);
        Assert.Equal(TunnelError.TimedOut, late.Error);
        Assert.Null(await raw.ReceiveAsync());
    }

    [Theory(Timeout = Patience)]
    [InlineData("none", 200)]
    [InlineData("password", 200)]
    [InlineData("probe", 400)]
    public async Task EndlessRequests_AreEnded(string method, int most)
    {
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second, new TestPeers.OneKey());
        using var raw = new RawPeer(streams.First, isClient: true);
        await raw.IdentifyAsync();
        await raw.ExchangeKeysAsync();
        await raw.SendAsync(new ServiceRequestMessage("ssh-userauth"));
        await raw.ExpectAsync(MessageNumber.ServiceAccept);
        UserauthRequestMessage request = method == "probe"
            ? new UserauthRequestMessage("user", "ssh-connection", "publickey", SshChannel.Encode(new PublicKeyAuthFields("ssh-ed25519", TestPeers.UserKey.PublicKey.Blob)))
            : new UserauthRequestMessage("user", "ssh-connection", method, default);
        int sent = 0;
        byte[]? answer;
        do
        {
            Assert.True(++sent < most, "no end of requests");
            await raw.SendAsync(request);
            answer = await raw.ReceiveAsync();
            if (answer?[0] == (byte)MessageNumber.ExtInfo) answer = await raw.ReceiveAsync();
        }
        while (answer is not null && answer[0] != (byte)MessageNumber.Disconnect);
        Assert.Equal(TunnelError.AuthenticationFailed, (await Assert.ThrowsAsync<TunnelException>(() => accepting)).Error);
    }

    [Fact(Timeout = Patience)]
    public async Task AuthenticationFlood_IsCutOff()
    {
        using var streams = new MemoryStreamPair(new MemoryStreamOptions { Capacity = 1 << 20 });
        var hold = new TaskCompletionSource<KeyPermissions?>();
        Task<SshServerSession> accepting = SshServerSession.AcceptAsync(streams.Second, TestPeers.ServerOptions, new SlowAuthority(hold.Task), _ => new FakeService());
        using var raw = new RawPeer(streams.First, isClient: true);
        await raw.IdentifyAsync();
        await raw.ExchangeKeysAsync();
        raw.Add(new ServiceRequestMessage("ssh-userauth"));
        UserauthRequestMessage request = await raw.SignedRequestAsync();
        for (int i = 0; i < 100; i++) raw.Add(request);
        await raw.FlushAsync();
        // The victim may still be asking its authority: what it is told then must do no harm.
        while (await raw.ReceiveAsync() is not null)
        {
        }

        hold.SetResult(KeyPermissions.Unrestricted);
        TunnelException reason = await Assert.ThrowsAsync<TunnelException>(async () =>
        {
            await using SshServerSession session = await accepting;
            await session.Connection.Closed;
            throw session.Connection.CloseReason!;
        });
        Assert.Contains("expected the peer to wait for answers", reason.Message, StringComparison.Ordinal);
        Unobserved.AssertNone();
    }

    [Theory(Timeout = Patience)]
    [InlineData(MessageNumber.ChannelOpen)]
    [InlineData(MessageNumber.GlobalRequest)]
    [InlineData(MessageNumber.ChannelData)]
    [InlineData(MessageNumber.UserauthSuccess)]
    [InlineData(MessageNumber.UserauthRequest)]
    public async Task OtherMessagesBeforeLogin_EndTheConnection(MessageNumber number)
    {
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = AcceptAsync(streams.Second, new TestPeers.OneKey());
        using var raw = new RawPeer(streams.First, isClient: true);
        await raw.IdentifyAsync();
        await raw.ExchangeKeysAsync();
        await raw.SendAsync([(byte)number, 0, 0, 0, 0]);
        TunnelException reason = await Assert.ThrowsAsync<TunnelException>(() => accepting);
        Assert.Equal(TunnelError.ProtocolViolation, reason.Error);
        Assert.Contains("authentication", reason.Message, StringComparison.Ordinal);
        Unobserved.AssertNone();
    }

    [Fact(Timeout = Patience)]
    public async Task SignatureOfAnotherSession_IsRefused()
    {
        UserauthRequestMessage? stolen = null;
        for (int i = 0; i < 2; i++)
        {
            using var streams = new MemoryStreamPair();
            Task<SshServerSession> accepting = AcceptAsync(streams.Second, new TestPeers.OneKey());
            using var raw = new RawPeer(streams.First, isClient: true);
            await raw.IdentifyAsync();
            await raw.ExchangeKeysAsync();
            await raw.SendAsync(new ServiceRequestMessage("ssh-userauth"));
            await raw.ExpectAsync(MessageNumber.ServiceAccept);
            await raw.SendAsync(stolen ??= await raw.SignedRequestAsync());
            await raw.ExpectAsync(i == 0 ? MessageNumber.UserauthSuccess : MessageNumber.UserauthFailure);
            streams.Cut();
            if (i == 0) await (await accepting).DisposeAsync();
            else await Assert.ThrowsAsync<TunnelException>(() => accepting);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task ServerThatSaysSuccessUnasked_IsNotBelieved()
    {
        using var streams = new MemoryStreamPair();
        Task<SshClient> connecting = SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions);
        using var raw = new RawPeer(streams.Second, isClient: false);
        await raw.IdentifyAsync();
        await raw.ExchangeKeysAsync();
        await raw.SendAsync(default(UserauthSuccessMessage));
        Assert.Equal(TunnelError.ProtocolViolation, (await Assert.ThrowsAsync<TunnelException>(() => connecting)).Error);
    }

    private static Task<SshServerSession> AcceptAsync(DuplexStream stream, IUserKeyAuthority authority, SshServerOptions? options = null, TimeProvider? time = null) =>
        SshServerSession.AcceptAsync(stream, options ?? TestPeers.ServerOptions, authority, _ => new FakeService(), time: time);

    private sealed class SlowAuthority(Task<KeyPermissions?> answer) : IUserKeyAuthority
    {
        public ValueTask<KeyPermissions?> FindAsync(string user, SshPublicKey key, System.Net.IPEndPoint? source, CancellationToken cancellationToken) => new(answer);
    }
}

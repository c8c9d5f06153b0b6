using Adit.Core.Streams;
using Adit.Ssh.Client;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Tests.Server.Forwarding;

namespace Adit.Ssh.Tests.Transport;

public sealed class TrustTests
{
    /// <summary>The stream below hears it on both sides, once, and not before the login.</summary>
    [Fact]
    public async Task AfterTheLogin_TheStreamBelowMayTrustThePeer()
    {
        using var streams = new MemoryStreamPair();
        await using var near = new Listening(streams.First);
        await using var far = new Listening(streams.Second);
        var key = new TestPeers.OneKey();
        int before = -1;
        Task<SshServerSession> accepted = SshServerSession.AcceptAsync(far, TestPeers.ServerOptions, key, session =>
        {
            before = far.Trusted;
            return new ForwardingService(session.Connection, new FakePolicy(), new ForwardingOptions());
        });
        await using SshClient client = await SshClient.ConnectAsync(near, TestPeers.ClientOptions);
        await using SshServerSession server = await accepted;
        Assert.Equal((0, 1, 1), (before, far.Trusted, near.Trusted));
    }

    private sealed class Listening(DuplexStream inner) : PassingStream(inner)
    {
        public int Trusted { get; private set; }

        public override void TrustPeer() => Trusted++;
    }
}

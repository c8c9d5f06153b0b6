using System.Net;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>What the tests of the gateway share: an identity, and checks that every octet came.</summary>
public abstract class GatewayTest : IAsyncLifetime
{
    internal const int Seed = 23;
    internal const long Mebi = 1 << 20;

    protected PeerFolder Folder { get; } = new("test");

    protected SshKeyFile Identity { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        PeerRequired.Installed("ssh", "ssh-keygen", "setpriv");
        Identity = await SshKeyFile.GenerateAsync(Folder, "identity");
    }

    public virtual ValueTask DisposeAsync()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    internal static async Task AssertEchoAsync(EndPoint endPoint, long length = Mebi) =>
        Assert.Equal((SeededOctets.Digest(Seed, length), length), await StreamProbe.EchoAsync(endPoint, length, Seed));

    /// <summary>The same through plink, which drops what it has not written yet when a channel closes, whoever the server: so the stream is ended only once all came.</summary>
    internal static async Task AssertEchoByPlinkAsync(EndPoint endPoint, long length = Mebi) =>
        Assert.Equal((SeededOctets.Digest(Seed, length), length), await StreamProbe.EchoOpenAsync(endPoint, length, Seed));

    internal static async Task AssertDownloadAsync(EndPoint endPoint, long length) =>
        Assert.Equal((SeededOctets.Digest(Seed, length), length), await StreamProbe.DownloadAsync(endPoint));

    internal static async Task AssertUploadAsync(EndPoint endPoint, long length) =>
        Assert.Equal(StreamProbe.ExpectedAnswer(length, Seed), await StreamProbe.UploadAsync(endPoint, length, Seed));

    internal static IPEndPoint Loopback(int port) => new(IPAddress.Loopback, port);

    /// <summary>Waits until something holds, as seen from outside a program.</summary>
    internal static async Task EventuallyAsync(Func<bool> holds, TimeSpan patience, Func<string> what)
    {
        long began = Environment.TickCount64;
        while (!holds())
        {
            if (Environment.TickCount64 - began > patience.TotalMilliseconds) Assert.Fail(what());
            await Task.Delay(20);
        }
    }

    internal static bool CanBind(int port)
    {
        using System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        try
        {
            socket.Bind(Loopback(port));
            socket.Listen();
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}

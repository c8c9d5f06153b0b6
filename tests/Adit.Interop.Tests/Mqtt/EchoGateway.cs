using Adit.Carriers.Mqtt;
using Adit.Core.Lifeline;
using Adit.Core.Streams;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>The gateway's end of the carrier in this process; each lifeline's octets come back.</summary>
internal sealed class EchoGateway : IAsyncDisposable
{
    private readonly MqttListener _listener;

    private EchoGateway(MqttBrokerOptions options, IStreamDialer? dialer)
    {
        Acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [Key] }, (stream, _) => Task.Run(() => EchoAsync(stream)));
        _listener = new MqttListener(options, Acceptor, dialer);
    }

    public CarrierKey Key { get; } = CarrierKey.Generate();

    public LifelineAcceptor Acceptor { get; }

    /// <param name="options">The broker.</param>
    /// <param name="dialer">Dials it; null for sockets.</param>
    public static async Task<EchoGateway> StartAsync(MqttBrokerOptions options, IStreamDialer? dialer = null)
    {
        var gateway = new EchoGateway(options, dialer);
        await gateway._listener.StartAsync(TestContext.Current.CancellationToken);
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await Acceptor.DisposeAsync();
    }

    private static async Task EchoAsync(LifelineStream stream)
    {
        await using (stream)
        {
            byte[] buffer = new byte[64 * 1024];
            while (await stream.ReadAsync(buffer) is > 0 and var count) await stream.WriteAsync(buffer.AsMemory(0, count));
            await stream.CompleteWritesAsync();
        }
    }
}

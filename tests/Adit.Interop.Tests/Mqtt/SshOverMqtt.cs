using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>mosquitto, "adit serve" that listens there, and "adit ssh --via mqtt://".</summary>
internal sealed class SshOverMqtt : IAsyncDisposable
{
    private readonly string _hop;

    private SshOverMqtt(Mosquitto broker, AditGateway gateway, string hop) => (Broker, Gateway, _hop) = (broker, gateway, hop);

    public Mosquitto Broker { get; }

    public AditGateway Gateway { get; }

    public static async Task<SshOverMqtt> StartAsync(SshKeyFile identity)
    {
        Mosquitto broker = await Mosquitto.StartAsync();
        try
        {
            string place = $"mqtt://127.0.0.1:{broker.Port}/adit";
            (AditGateway gateway, string key) = await AditGateway.StartWithCarriersAsync([identity.PublicLine], file => [$"{place}?rate=0&key={file}"]);
            return new SshOverMqtt(broker, gateway, $"{place}?rate=0&key={key}");
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>"adit ssh" to the gateway, through the broker alone.</summary>
    public OpenSshClient Client(SshKeyFile identity) => new(Gateway.Target, identity)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh", "--via", _hop],
        Environment = new Dictionary<string, string?> { ["ADIT_STATE"] = Gateway.Folder["client"], ["SSH_AUTH_SOCK"] = null },
    };

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Broker.DisposeAsync();
    }
}

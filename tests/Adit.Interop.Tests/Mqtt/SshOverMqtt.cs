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
        string place = $"mqtt://127.0.0.1:{broker.Port}/adit";
        return await StartAsync(identity, broker, place, place);
    }

    /// <summary>The same with a broker of one's own.</summary>
    /// <param name="identity">Who may log in.</param>
    /// <param name="broker">The broker; owned.</param>
    /// <param name="listen">How the gateway gets there, without the carrier key.</param>
    /// <param name="via">How the client does.</param>
    public static async Task<SshOverMqtt> StartAsync(SshKeyFile identity, Mosquitto broker, string listen, string via)
    {
        try
        {
            (AditGateway gateway, string key) = await AditGateway.StartWithCarriersAsync([identity.PublicLine], file => [WithKey(listen, file)]);
            return new SshOverMqtt(broker, gateway, WithKey(via, key));
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }

        static string WithKey(string place, string key) => $"{place}{(place.Contains('?', StringComparison.Ordinal) ? '&' : '?')}rate=0&key={key}";
    }

    /// <summary>"adit ssh" to the gateway, through the broker alone.</summary>
    /// <param name="identity">Who logs in.</param>
    /// <param name="change">What is different about the hop; null for nothing.</param>
    public OpenSshClient Client(SshKeyFile identity, Func<string, string>? change = null) => new(Gateway.Target, identity)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh", "--via", change?.Invoke(_hop) ?? _hop],
        Environment = new Dictionary<string, string?> { ["ADIT_STATE"] = Gateway.Folder["client"], ["SSH_AUTH_SOCK"] = null },
    };

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Broker.DisposeAsync();
    }
}

using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>
/// A guest with one end of every <see cref="KernelTunnel"/>, for all tests of a collection. Its first card is in <see cref="Near"/>, where "adit link" runs. The second is beyond two
/// routers between which only packets of <see cref="NarrowMtu"/> octets pass: Near – First – Last – guest.
/// </summary>
public sealed class KernelGuest : IAsyncDisposable
{
    /// <summary>Of the path between the routers.</summary>
    public const int NarrowMtu = 1400;

    /// <summary>The addresses that meet over the narrow path.</summary>
    public const string FarLocal4 = "10.98.0.1", FarRemote4 = "10.97.0.2", FarLocal6 = "fd98:0::1", FarRemote6 = "fd97::2";

    private readonly SemaphoreSlim _starting = new(1);
    private IReadOnlyList<NetworkNamespace> _line = [];
    private UmlGuest? _guest;

    public NetworkNamespace Near => _line[0];

    public NetworkNamespace FirstRouter => _line[1];

    public NetworkNamespace LastRouter => _line[2];

    /// <summary>The guest, booted for the first test that wants it.</summary>
    public async Task<UmlGuest> StartedAsync()
    {
        PeerRequired.Installed([.. UmlGuest.Needs, "ethtool", "ping"]);
        await _starting.WaitAsync();
        try
        {
            return _guest ??= await StartAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_guest is not null) await _guest.DisposeAsync();
        foreach (NetworkNamespace each in _line) await each.DisposeAsync();
        _starting.Dispose();
    }

    private async Task<UmlGuest> StartAsync()
    {
        _line = await NetworkNamespace.CreateLineAsync(3);
        UmlGuest guest = await UmlGuest.StartAsync(
            Near,
            new UmlCard("near", KernelTunnel.OuterAddresses(1), KernelTunnel.OuterAddresses(2)),
            new UmlCard("far", ["10.97.0.1/24", "fd97::1/64"], [$"{FarRemote4}/24", $"{FarRemote6}/64"]) { Beyond = LastRouter.Name });
        // What the guest leaves to its card to sum, a real card sums; a tap hands it over unfinished, and a raw socket sees that.
        await guest.RunAsync("ethtool -K vec0 tx off && ethtool -K vec1 tx off");
        await guest.IpAsync("route add 10.98.0.0/16 via 10.97.0.1\nroute add fd98::/16 via fd97::1\n" + string.Concat(KernelTunnel.All.Select(t => t.KernelCommands())));
        await LinkTest.IpAsync(Near, "route add 10.97.0.0/24 via 10.98.0.2\nroute add fd97::/64 via fd98:0::2\n");
        await LinkTest.IpAsync(FirstRouter, $"route add 10.97.0.0/24 via 10.98.1.2\nroute add fd97::/64 via fd98:1::2\nlink set right mtu {NarrowMtu}\n");
        await LinkTest.IpAsync(LastRouter, $"link set left mtu {NarrowMtu}\n");
        return guest;
    }
}

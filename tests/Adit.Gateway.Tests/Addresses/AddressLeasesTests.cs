using System.Net;
using Adit.Core;
using Adit.Gateway.Addresses;
using Adit.TestKit.Time;

namespace Adit.Gateway.Tests.Addresses;

public sealed class AddressLeasesTests : IDisposable
{
    private readonly VirtualTime _time = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("adit-leases").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Pool_NumbersBothFamilies_WithoutNetworkAndBroadcast()
    {
        var pool = new AddressPool([IPNetwork.Parse("10.9.0.248/29"), IPNetwork.Parse("fd09::/64")]);
        Assert.Equal(6, pool.Last);
        Assert.Equal(["10.9.0.249", "fd09::1"], pool.AddressesOf(AddressPool.Gateway).Select(a => a.ToString()));
        Assert.Equal(["10.9.0.254", "fd09::6"], pool.AddressesOf(6).Select(a => a.ToString()));
        Assert.Equal("fd09::ff", new AddressPool([IPNetwork.Parse("fd09::/120")]).AddressesOf(255)[0].ToString());
        Assert.Equal(AddressPool.Most, new AddressPool([IPNetwork.Parse("10.0.0.0/8")]).Last);
    }

    [Theory]
    [InlineData("10.0.0.0/31")]
    [InlineData("fd00::/127")]
    [InlineData("10.0.0.0/24,10.1.0.0/24")]
    public void OtherNetworks_AreNoPool(string networks) =>
        Assert.Throws<ArgumentException>(() => new AddressPool([.. networks.Split(',').Select(IPNetwork.Parse)]));

    [Fact]
    public void Key_GetsItsOwnAddressBack_AndAnotherForASecondTunnel()
    {
        using AddressLeases leases = Make(new MemoryLeaseStore());
        AddressLease first = leases.Take("a");
        AddressLease second = leases.Take("a");
        AddressLease other = leases.Take("b");
        Assert.Equal([2, 3, 4], new[] { first, second, other }.Select(l => l.Number));
        leases.Release(second);
        leases.Release(first);
        Assert.Equal(2, leases.Take("a").Number);
        Assert.Equal(5, leases.Take("c").Number);
    }

    [Fact]
    public void FullPool_GivesTheLongestUnused_AndNeverOneInUse()
    {
        using AddressLeases leases = Make(new MemoryLeaseStore(), "10.9.0.0/29"); // 2 to 6
        AddressLease[] all = [.. "abcde".Select(key => leases.Take(key.ToString()))];
        var refused = Assert.Throws<TunnelException>(() => leases.Take("f"));
        Assert.Equal(TunnelError.ResourceShortage, refused.Error);
        leases.Release(all[3]);
        _time.Advance(TimeSpan.FromMinutes(1));
        leases.Release(all[1]);
        Assert.Equal(all[3].Number, leases.Take("f").Number);
        Assert.Equal(all[1].Number, leases.Take("g").Number);
        Assert.Equal(5, leases.Count);
    }

    [Fact]
    public void Unused_IsForgottenAfterItsTime()
    {
        using AddressLeases leases = Make(new MemoryLeaseStore());
        AddressLease used = leases.Take("a");
        leases.Release(leases.Take("b"));
        _time.Advance(TimeSpan.FromDays(2));
        leases.Take("c");
        Assert.Equal(2, leases.Count); // a, which is in use, and c
        leases.Release(used);
        Assert.Equal(used.Number, leases.Take("a").Number);
    }

    [Fact]
    public void KeyWithTooMany_IsRefused()
    {
        using AddressLeases leases = Make(new MemoryLeaseStore());
        for (int i = 0; i < 3; i++) leases.Take("a");
        Assert.Throws<TunnelException>(() => leases.Take("a"));
        leases.Take("b");
    }

    [Fact]
    public void File_KeepsLeasesOverRestarts_ForItsOwnerOnly()
    {
        string path = Path.Combine(_folder, "leases.db");
        using (AddressLeases leases = Make(SqliteLeaseStore.Open(path)))
        {
            leases.Take("b");
            leases.Release(leases.Take("a"));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using (AddressLeases again = Make(SqliteLeaseStore.Open(path)))
        {
            Assert.Equal(3, again.Take("a").Number);
            Assert.Equal(2, again.Take("b").Number);
        }

        // A pool that became smaller forgets what lies beyond.
        using AddressLeases smaller = Make(SqliteLeaseStore.Open(path), "10.9.0.0/30");
        Assert.Equal(1, smaller.Count);
    }

    [Fact]
    public void FileThatIsNone_IsTold()
    {
        string path = Path.Combine(_folder, "leases.db");
        File.WriteAllText(path, new string('x', 5000));
        var e = Assert.Throws<TunnelException>(() => SqliteLeaseStore.Open(path));
        Assert.StartsWith($"{path}: address leases: ", e.Message, StringComparison.Ordinal);
        Assert.Throws<TunnelException>(() => SqliteLeaseStore.Open(Path.Combine(_folder, "no", "leases.db")));
    }

    [Fact]
    public void StoreThatFails_IsTold_AndTheLeaseHoldsMeanwhile()
    {
        var told = new List<string>();
        using var leases = new AddressLeases(new AddressPool([IPNetwork.Parse("10.9.0.0/24")]), new FullDisk(), TimeSpan.FromDays(1), 3, _time, told.Add);
        leases.Release(leases.Take("a"));
        Assert.Equal(2, leases.Take("a").Number);
        Assert.Equal(["full", "full", "full"], told);
    }

    private AddressLeases Make(IAddressLeaseStore store, string network = "10.9.0.0/24") =>
        new(new AddressPool([IPNetwork.Parse(network)]), store, TimeSpan.FromDays(1), 3, _time);

    private sealed class FullDisk : IAddressLeaseStore
    {
        public IReadOnlyList<AddressLease> Load() => [];

        public void Save(AddressLease lease) => throw new TunnelException(TunnelError.BadConfiguration, "full");

        public void Remove(int number) => throw new TunnelException(TunnelError.BadConfiguration, "full");

        public void Dispose()
        {
        }
    }
}

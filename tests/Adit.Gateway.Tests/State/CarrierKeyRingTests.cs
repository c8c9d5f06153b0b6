using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Gateway.State;
using Adit.TestKit.Peers;
using Adit.TestKit.Time;

namespace Adit.Gateway.Tests.State;

public sealed class CarrierKeyRingTests
{
    [Fact]
    public void Keys_ComeAndGo_WithTheirFiles()
    {
        using PeerFolder folder = new("ring");
        var time = new VirtualTime();
        string alice = Hint(CarrierKeyFile.Create(folder["alice"])), bob = Hint(CarrierKeyFile.Create(folder["bob"]));
        var ring = new CarrierKeyRing([folder[""]], null, time);
        Assert.Equal([alice, bob], Hints(ring));
        string carol = Hint(CarrierKeyFile.Create(folder["carol"]));
        File.Delete(folder["alice"]);
        Assert.Equal([alice, bob], Hints(ring)); // not looked at again yet
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([bob, carol], Hints(ring));
        File.Delete(folder["bob"]);
        File.Delete(folder["carol"]);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(Hints(ring));
    }

    [Fact]
    public void AKeyThatCannotBeRead_IsLeftOut_AndTheOthersStay()
    {
        using PeerFolder folder = new("ring");
        var time = new VirtualTime();
        string alice = Hint(CarrierKeyFile.Create(folder["alice"]));
        var ring = new CarrierKeyRing([folder["alice"], folder["alice"], folder[""]], null, time);
        Assert.Equal([alice], Hints(ring));
        folder.Write("bob", "no key");
        CarrierKeyFile.Create(folder["carol"]);
        File.SetUnixFileMode(folder["carol"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([alice], Hints(ring));
    }

    [Fact]
    public void FolderThatCannotBeRead_LeavesTheKeysThatWere_UntilItCan()
    {
        using PeerFolder folder = new("ring");
        var time = new VirtualTime();
        int looks = 0, fails = int.MaxValue;
        IEnumerable<string> Files(string path) => ++looks >= fails ? throw new UnauthorizedAccessException("no access") : CarrierKeyFile.FilesOf(path);
        string alice = Hint(CarrierKeyFile.Create(folder["alice"]));
        var ring = new CarrierKeyRing([folder[""]], null, time, Files);
        string bob = Hint(CarrierKeyFile.Create(folder["bob"]));
        fails = looks + 2; // the look succeeds, and the reading does not
        for (int i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal([alice], Hints(ring));
        }

        fails = int.MaxValue;
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([alice, bob], Hints(ring));
    }

    [Fact]
    public void AtTheStart_EachMustBeThere()
    {
        using PeerFolder folder = new("ring");
        Assert.Throws<TunnelException>(() => new CarrierKeyRing([folder["nobody"]], null, new VirtualTime()));
    }

    private static string Hint(CarrierKey key) => Convert.ToHexStringLower(key.Hint.Span);

    private static string[] Hints(CarrierKeyRing ring) => [.. ring.Current.Select(Hint)];
}

using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Gateway.State;
using Adit.TestKit.Peers;

namespace Adit.Gateway.Tests.State;

public sealed class CarrierKeyFileTests
{
    [Fact]
    public void AKey_IsWritten_ReadAgain_AndNeverReplaced()
    {
        using PeerFolder folder = new("keys");
        string path = folder["office"];
        CarrierKey made = CarrierKeyFile.Create(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(made.Hint.ToArray(), CarrierKeyFile.Load(path).Hint.ToArray());
        TunnelException e = Assert.Throws<TunnelException>(() => CarrierKeyFile.Create(path));
        Assert.EndsWith("office: carrier key: expected a new file, got one that exists", e.Message);
    }

    [Fact]
    public void AFolder_HasOneKeyAPeer()
    {
        using PeerFolder folder = new("keys");
        Assert.Throws<TunnelException>(() => CarrierKeyFile.LoadAll(folder[""]));
        byte[][] hints = [CarrierKeyFile.Create(folder["alice"]).Hint.ToArray(), CarrierKeyFile.Create(folder["bob"]).Hint.ToArray()];
        folder.Write(".hidden", "no key");
        Assert.Equal(hints, CarrierKeyFile.LoadAll(folder[""]).Select(k => k.Hint.ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("adit-carrier-key")]
    [InlineData("adit-carrier-key AAAA")]
    [InlineData("adit-carrier-key !!!!")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----")]
    public void AnythingElse_IsRefused_WithoutBeingShown(string text)
    {
        using PeerFolder folder = new("keys");
        string path = folder.Write("key", text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        TunnelException e = Assert.Throws<TunnelException>(() => CarrierKeyFile.Load(path));
        Assert.EndsWith("key: carrier key: expected a carrier key as adit keygen --carrier makes it, got something else", e.Message);
    }

    [Fact]
    public void AFile_ThatOthersCanRead_IsRefused()
    {
        using PeerFolder folder = new("keys");
        string path = folder["key"];
        CarrierKeyFile.Create(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("mode 0600", Assert.Throws<TunnelException>(() => CarrierKeyFile.Load(path)).Message);
    }
}

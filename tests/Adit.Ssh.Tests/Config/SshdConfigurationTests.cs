using System.Net;
using Adit.Core;
using Adit.Ssh.Config.Server;
using Adit.Ssh.KeyExchange;

namespace Adit.Ssh.Tests.Config;

/// <summary>sshd_config without sshd: the interop tests hold it beside the real one.</summary>
public sealed class SshdConfigurationTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void MatchBlocks_GoBeforeWhatStandsOutside()
    {
        SshdConfiguration configuration = Load("PermitTTY yes\nPermitOpen a:1\nMatch User bob Address 10.0.0.0/8\nPermitTTY no\nPermitOpen none\nMatch User bob\nPermitOpen any\nMaxSessions 3");
        SshdConfig bob = configuration.For(new SshdConnection { User = "bob", Address = IPAddress.Parse("10.1.2.3") });
        Assert.Equal((false, 0, 3), (bob.PermitTty, bob.PermitOpen!.Count, bob.MaxSessions));
        SshdConfig far = configuration.For(new SshdConnection { User = "bob", Address = IPAddress.Parse("192.0.2.1") });
        Assert.True(far.PermitTty);
        Assert.Null(far.PermitOpen);
        SshdConfig eve = configuration.For(new SshdConnection { User = "eve", Address = IPAddress.Parse("10.1.2.3") });
        Assert.Equal((true, 10), (eve.PermitTty, eve.MaxSessions));
        Assert.True(eve.PermitOpen![0].Opens("A", 1));
        Assert.False(eve.PermitOpen[0].Opens("a", 2));
    }

    [Fact]
    public void Profile_ChangesWhatIsNotConfigured()
    {
        SshdConfig usual = Load("AditProfile compat").Server, hardened = Load("AditProfile hardened\nMACs -*512*\nCiphers aes128-ctr").Server;
        Assert.Equal((false, 1024), (usual.IsHardened, usual.RequiredRsaSize));
        Assert.DoesNotContain(SshdConfigDump.Write(usual), l => l.StartsWith("adit", StringComparison.Ordinal));
        Assert.Equal((true, 4096), (hardened.IsHardened, hardened.RequiredRsaSize));
        Assert.Equal(SshAlgorithms.Hardened.KeyExchange, hardened.KexAlgorithms);
        Assert.Equal(SshAlgorithms.Hardened.HostKey, hardened.HostKeyAlgorithms);
        Assert.Equal(SshAlgorithms.Hardened.UserKey, hardened.PubkeyAcceptedAlgorithms);
        Assert.Equal(["hmac-sha2-256-etm@openssh.com"], hardened.Macs);
        Assert.Equal(["aes128-ctr"], hardened.Ciphers);
        Assert.Equal("aditprofile hardened", SshdConfigDump.Write(hardened)[^1]);
        Assert.Contains("Match block", Assert.Throws<TunnelException>(() => Load("Match User x\nAditProfile hardened")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OptionsOfTheCommandLine_GoFirst_AndPortsReplace()
    {
        File.WriteAllText(_file, "Port 1\nPort 2\nMaxAuthTries 9\n");
        SshdConfig config = SshdConfiguration.Load(new SshdConfigRequest { File = _file, Options = ["MaxAuthTries=3"], Ports = [77] }).Server;
        Assert.Equal((3, 77, 1), (config.MaxAuthTries, config.Ports[0], config.Ports.Count));
    }

    [Fact]
    public void HarmlessKeywords_AreWarnings_AndUnknownOnesAreRefused()
    {
        SshdConfiguration configuration = Load("SshdSessionPath /x\nDebianBanner no\nUsePrivilegeSeparation sandbox\nPerSourcePenalties authfail:5s max:1m\nRefuseConnection no");
        Assert.Equal(3, configuration.Warnings.Count);
        Assert.Contains("line 1: Unsupported option SshdSessionPath", configuration.Warnings[0], StringComparison.Ordinal);
        var e = Assert.Throws<TunnelException>(() => Load("Port 22\nPasswordAuthentification no"));
        Assert.Equal(TunnelError.BadConfiguration, e.Error);
        Assert.Contains("line 2: Bad configuration option: PasswordAuthentification, did you mean passwordauthentication?", e.Message, StringComparison.Ordinal);
        Assert.Contains("terminating, 1 bad configuration options", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Includes_AreReadOnce_AndMayNotRecurseForEver()
    {
        var e = Assert.Throws<TunnelException>(() => Load($"Include {_file}"));
        Assert.Contains("Too many recursive", e.Message, StringComparison.Ordinal);
        string other = _file + ".d";
        File.WriteAllText(other, "MaxSessions 4\n");
        try
        {
            SshdConfiguration configuration = Load($"Match User bob\nInclude {other}");
            File.WriteAllText(other, "MaxSessions 5\n");
            Assert.Equal(4, configuration.For(new SshdConnection { User = "bob" }).MaxSessions);
            Assert.Equal(10, configuration.For(new SshdConnection { User = "eve" }).MaxSessions);
        }
        finally
        {
            File.Delete(other);
        }
    }

    [Theory]
    [InlineData("%h/.keys", "/home/u/.keys")]
    [InlineData(".ssh/keys-%u-%U-%%", "/home/u/.ssh/keys-u-7-%")]
    [InlineData("/etc/keys/%u", "/etc/keys/u")]
    public void Tokens_AreExpanded(string text, string path) =>
        Assert.Equal(path, new SshdTokens { User = "u", UserId = 7, Home = "/home/u" }.Path("AuthorizedKeysFile", text));

    [Fact]
    public void TokensOfKeys_AreForCommandsOnly()
    {
        var tokens = new SshdTokens { User = "u", UserId = 7, Home = "/h", OfKey = new Dictionary<char, string> { ['t'] = "ssh-ed25519", ['k'] = "AAAA" } };
        Assert.Equal(["/bin/x", "u", "ssh-ed25519 AAAA"], tokens.Command("AuthorizedKeysCommand", "/bin/x %u \"%t %k\""));
        Assert.Throws<TunnelException>(() => tokens.Path("AuthorizedKeysFile", "%t"));
        Assert.Throws<TunnelException>(() => tokens.Argument("AuthorizedKeysCommand", "%i"));
    }

    private SshdConfiguration Load(string text)
    {
        File.WriteAllText(_file, text + "\n");
        return SshdConfiguration.Load(new SshdConfigRequest { File = _file });
    }
}

using Adit.Carriers.Dns;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Tests.Dns;

/// <summary>What outcomes of probes decide, and how shapes are written down.</summary>
public sealed class DnsProberTests
{
    [Fact]
    public void EverythingPasses_TakesTheDensest() => Assert.Equal("base229 255 16 edns 60000", ShapeOf(_ => true));

    [Fact]
    public void NoOctetsAbove127_TakesBase64() => Assert.Equal("base64 255 16 edns 60000", ShapeOf(k => k.Encoding != DnsNameEncoding.Base229));

    [Fact]
    public void LettersAndDigitsAlone_TakesBase32() => Assert.Equal("base32 255 16 edns 60000", ShapeOf(k => k.Encoding == DnsNameEncoding.Base32));

    [Fact]
    public void ShortNamesAlone_TakesTheLongestThatPassed() => Assert.Equal("base32 180 16 edns 60000", ShapeOf(k => k.NameLength <= 180));

    [Fact]
    public void NoEdns_AsksForSmallAnswers() => Assert.Equal("base229 255 16 plain 0", ShapeOf(k => k.Wanted <= 280));

    [Fact]
    public void NoTcp_HasNoJumbo() => Assert.Equal("base229 255 16 edns 0", ShapeOf(k => !k.IsStream));

    [Fact]
    public void NoTxt_TakesNull() => Assert.Equal("base32 255 10 edns 0", ShapeOf(k => k.Type != DnsType.Txt));

    [Fact]
    public void CnameAlone_IsTaken() => Assert.Equal("base32 255 5 plain 0", ShapeOf(k => k.Type == DnsType.Cname));

    [Fact]
    public void Nothing_IsNoShape() => Assert.Null(ShapeOf(_ => false));

    [Theory]
    [InlineData("base229 255 16 edns 60000")]
    [InlineData("base64url 180 65399 plain 0")]
    public void Shape_ComesBack(string text)
    {
        Assert.True(DnsShape.TryParse(text, out DnsShape? shape));
        Assert.Equal(text, shape.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("base230 255 16 edns 0")]
    [InlineData("base229 256 16 edns 0")]
    [InlineData("base229 255 1 edns 0")]
    [InlineData("base229 255 16 large 0")]
    [InlineData("base229 255 16 edns 70000")]
    [InlineData("base229 255 16 edns -1")]
    [InlineData("base229 255 16 edns 0 more")]
    public void WrongShapes_AreRefused(string text) => Assert.False(DnsShape.TryParse(text, out _));

    [Fact]
    public void Cache_RemembersForAWeek_AndIsTheOwnersAlone()
    {
        string folder = Directory.CreateTempSubdirectory("adit-dns").FullName;
        try
        {
            var time = new Adit.TestKit.Time.VirtualTime();
            var cache = new DnsShapeCache(Path.Combine(folder, "dns"), time);
            var resolver = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 53);
            DnsDomainName domain = DnsDomainName.Parse("t.example");
            Assert.Null(cache.Read(resolver, domain));
            cache.Write(resolver, domain, DnsShape.Plain);
            Assert.Equal(DnsShape.Plain, cache.Read(resolver, DnsDomainName.Parse("T.example")));
            Assert.Null(cache.Read(resolver, DnsDomainName.Parse("u.example")));
            string file = Assert.Single(Directory.GetFiles(Path.Combine(folder, "dns")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            time.Advance(TimeSpan.FromDays(8));
            Assert.Null(cache.Read(resolver, domain));
            cache.Write(resolver, domain, DnsShape.Plain);
            cache.Remove(resolver, domain);
            Assert.Null(cache.Read(resolver, domain));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? ShapeOf(Func<DnsProbeKind, bool> passes) =>
        DnsProber.Choose([.. DnsProber.Choosing(withJumbo: true).Select(k => new DnsProbeOutcome(k, passes(k), DnsResponseCode.NoError, passes(k) ? k.Wanted : 0, TimeSpan.FromMilliseconds(50), false))])?.ToString();
}

using System.Net;
using Adit.Gateway.Tunnels;

namespace Adit.Gateway.Tests.Tunnels;

public sealed class NameServerChangeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adit-resolv").FullName;

    private string Place => Path.Combine(_folder, "resolv.conf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task File_IsAsBefore_AtTheEnd()
    {
        await File.WriteAllTextAsync(Place, "nameserver 192.0.2.1\n");
        await using (NameServerChange? change = await ApplyAsync())
        {
            Assert.NotNull(change);
            Assert.Equal(["search corp.example", "nameserver 10.9.0.1"], (await File.ReadAllLinesAsync(Place))[1..]);
        }

        Assert.Equal("nameserver 192.0.2.1\n", await File.ReadAllTextAsync(Place));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task WhatWasKilled_IsPutRightByTheNext()
    {
        await File.WriteAllTextAsync(Place, "nameserver 192.0.2.1\n");
        _ = await ApplyAsync(); // and never undone
        await using (await ApplyAsync()) Assert.Contains("10.9.0.1", await File.ReadAllTextAsync(Place), StringComparison.Ordinal);
        Assert.Equal("nameserver 192.0.2.1\n", await File.ReadAllTextAsync(Place));
    }

    [Fact]
    public async Task ChangeOfAnother_IsLeftAlone()
    {
        await using (await ApplyAsync()) await File.WriteAllTextAsync(Place, "nameserver 198.51.100.1\n");
        Assert.Equal("nameserver 198.51.100.1\n", await File.ReadAllTextAsync(Place));
        Assert.Single(Directory.GetFiles(_folder));
    }

    private Task<NameServerChange?> ApplyAsync() => NameServerChange.ApplyAsync("tun0", [IPAddress.Parse("10.9.0.1")], ["corp.example"], why => Assert.Fail(why), Place);
}

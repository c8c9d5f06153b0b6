using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>ProxyCommand with programs of others, and what a configuration asks for that is not there.</summary>
public sealed class ProxyTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Theory]
    [InlineData("nc %h %p")]
    [InlineData("exec socat - TCP:%h:%p")]
    public async Task ProxyCommand_OfOthers_LeadsThere(string command)
    {
        PeerRequired.Installed("nc", "socat");
        using OpenSshClient client = fixture.Client();
        byte[] octets = new byte[2 << 20];
        new SeededOctets(7).Fill(octets);
        ProcessResult result = (await ProcessRunner.RunAsync(client.Command(["-o", $"ProxyCommand={command}"], "cat"), octets)).Succeeded();
        Assert.True(octets.AsSpan().SequenceEqual(result.Output));
        Assert.Equal("", result.Errors);
    }

    [Theory]
    [InlineData("PKCS11Provider=/nowhere.so", "PKCS11Provider")]
    public async Task WhatIsNotThere_IsRefusedByName(string option, string keyword)
    {
        using OpenSshClient client = fixture.Client();
        ProcessResult result = await client.RunAsync(["-o", option], "echo in");
        Assert.Equal((255, ""), (result.ExitCode, result.Text));
        Assert.StartsWith($"adit ssh: {keyword}: ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(44)]
    [InlineData(255)]
    public async Task ExitStatus_IsThatOfTheCommand(int status)
    {
        using OpenSshClient client = fixture.Client();
        Assert.Equal(status, (await client.RunAsync([], $"exit {status}")).ExitCode);
    }
}

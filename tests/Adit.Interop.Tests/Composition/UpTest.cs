using System.Net;
using System.Text.Json;
using Adit.Interop.Tests.Client;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Composition;

/// <summary>What tests of "adit up" share: a program with a configuration file, hops to the fixture's sshd, and questions to "adit status".</summary>
public abstract class UpTest(ClientFixture fixture) : IAsyncLifetime
{
    protected ClientFixture Fixture => fixture;

    protected AditProgram Program { get; } = new("up");

    protected string File => Program.Folder["adit.yaml"];

    protected string SshConfig => Program.Folder["ssh_config"];

    /// <summary>An <c>ssh://</c> hop to the fixture's sshd.</summary>
    protected string SshHop => HopTo(fixture.Server.Target);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Program.DisposeAsync();
    }

    protected string HopTo(SshTarget target) => $"ssh://{target.User}@{target.Host}:{target.Port}?identity={fixture.Identity.PrivatePath}";

    /// <summary>Writes the configuration, with an ssh_config that knows the servers' keys by any name.</summary>
    protected void Write(string sections, params SshTarget[] others)
    {
        string[] targets = [.. others.Append(fixture.Server?.Target).OfType<SshTarget>().SelectMany(t => t.KnownHosts.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(l => $"* {l.Split(' ', 2)[1]}")];
        string known = Keep("known_hosts", string.Join('\n', targets) + "\n");
        Keep("ssh_config", $"UserKnownHostsFile {known}\nStrictHostKeyChecking yes\nBatchMode yes\nIdentityFile {fixture.Identity.PrivatePath}\n");
        Program.Folder.Write("adit.yaml", $"ssh-config: {SshConfig}\n{sections}");
    }

    /// <summary>A file that says what it said is left alone: a hop that dials may be reading it.</summary>
    private string Keep(string name, string text)
    {
        string path = Program.Folder[name];
        return System.IO.File.Exists(path) && System.IO.File.ReadAllText(path) == text ? path : Program.Folder.Write(name, text);
    }

    /// <summary>Starts "adit up" and returns the places of its ready line.</summary>
    protected async Task<string[]> UpAsync() => (await Program.StartAsync("up", File)).Split(' ')[1..];

    protected static IPEndPoint EndPoint(string place) => IPEndPoint.Parse(place);

    protected async Task<JsonElement> StatusAsync()
    {
        ProcessResult result = (await Program.RunAsync("status", "--output", "json")).Succeeded();
        return JsonDocument.Parse(result.Text).RootElement;
    }

    protected static async Task AssertEchoAsync(EndPoint place, long length = 1 << 20) =>
        Assert.Equal((SeededOctets.Digest(6, length), length), await StreamProbe.EchoAsync(place, length, 6));
}

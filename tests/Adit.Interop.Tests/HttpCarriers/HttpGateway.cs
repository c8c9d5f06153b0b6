using System.Text.RegularExpressions;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.HttpCarriers;

/// <summary>"adit serve" behind HTTP and HTTPS, and "adit ssh --via" as its client.</summary>
internal sealed partial class HttpGateway : IAsyncDisposable
{
    /// <summary>The name that known_hosts has for it: behind a carrier nobody dials it.</summary>
    private const string Name = "gateway.test";

    private readonly AditProgram _program = new("http-gateway");
    private SshKeyFile? _identity;
    private SshTarget? _target;

    public int HttpPort { get; private set; }

    public int HttpsPort { get; private set; }

    /// <summary>The pin that it prints.</summary>
    public string Pin { get; private set; } = "";

    public PeerProcess Process => _program.Process;

    public PeerFolder Folder => _program.Folder;

    public SshTarget Target => _target!;

    public SshKeyFile Identity => _identity!;

    public static async Task<HttpGateway> StartAsync(string address = "127.0.0.1", params string[] options)
    {
        var gateway = new HttpGateway();
        try
        {
            await gateway.StartItAsync(address.Contains(':') ? $"[{address}]" : address, options);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>"adit ssh" for it, in an environment with the given proxies and no others.</summary>
    public OpenSshClient Client(params (string Name, string Value)[] proxies) => new(Target, Identity)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh"],
        Environment = new Dictionary<string, string?>
        {
            ["HOME"] = Folder.Path, ["ADIT_STATE"] = Folder["client"], ["SSH_AUTH_SOCK"] = null, ["http_proxy"] = null, ["https_proxy"] = null, ["all_proxy"] = null, ["no_proxy"] = null,
            ["HTTPS_PROXY"] = null, ["ALL_PROXY"] = null, ["NO_PROXY"] = null,
        }.Where(e => proxies.All(p => p.Name != e.Key)).Concat(proxies.Select(p => KeyValuePair.Create(p.Name, (string?)p.Value))).ToDictionary(),
    };

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private async Task StartItAsync(string address, string[] options)
    {
        Directory.CreateDirectory(_program.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _identity = await SshKeyFile.GenerateAsync(_program.Folder, "identity");
        _program.Folder.Write("state/authorized_keys", _identity.PublicLine + "\n");
        string ready = await _program.StartAsync(["serve", "--listen", $"http://{address}:0/t", "--listen", $"https://{address}:0/t", "-v", .. options]);
        MatchCollection ports = Port().Matches(ready);
        (HttpPort, HttpsPort) = (int.Parse(ports[0].Groups[1].Value), int.Parse(ports[1].Groups[1].Value));
        Pin = (await Process.WaitForOutputLineAsync(l => l.StartsWith("certificate pin=", StringComparison.Ordinal), "its pin"))["certificate pin=".Length..];
        string key = (await ProcessRunner.RunAsync("ssh-keygen", "-y", "-f", Path.Combine(_program.State, "ssh_host_ed25519_key"))).Succeeded().Text.Trim();
        _target = new SshTarget(Name, 2222, "me", [string.Join(' ', key.Split(' ')[..2])]);
    }

    [GeneratedRegex(@":(\d+)/t")]
    private static partial Regex Port();
}

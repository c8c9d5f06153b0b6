using System.Text.RegularExpressions;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>"adit serve" as a person runs it, with keys of its own; SSH clients reach it by <see cref="Target"/>.</summary>
internal sealed partial class AditGateway : IAsyncDisposable
{
    private readonly AditProgram _program;
    private readonly IReadOnlyList<string> _options;

    private AditGateway(AditProgram program, SshTarget target, IReadOnlyList<string> options)
    {
        _program = program;
        _options = options;
        Target = target;
    }

    public SshTarget Target { get; }

    public PeerProcess Process => _program.Process;

    public PeerFolder Folder => _program.Folder;

    public string State => _program.State;

    public string AuthorizedKeysFile => Path.Combine(State, "authorized_keys");

    /// <param name="authorizedKeys">Lines, options and all.</param>
    /// <param name="gateway">Lines of the configuration's gateway: part, without their indentation.</param>
    /// <param name="hostKeyTypes">Types with bits (0: the default) of host keys that ssh-keygen makes; none: the gateway makes its own.</param>
    public static Task<AditGateway> StartAsync(
        IReadOnlyList<string> authorizedKeys, IReadOnlyList<string>? gateway = null, string address = "127.0.0.1", params (string Type, int Bits)[] hostKeyTypes) =>
        StartAsync(new AditProgram("gateway"), authorizedKeys, gateway ?? [], address, hostKeyTypes);

    /// <summary>The same, with a carrier key and further listeners.</summary>
    /// <param name="authorizedKeys">Lines, options and all.</param>
    /// <param name="listen">From the carrier key's file to what is listened on, beside TCP.</param>
    public static async Task<(AditGateway Gateway, string Key)> StartWithCarriersAsync(IReadOnlyList<string> authorizedKeys, Func<string, string[]> listen)
    {
        AditProgram program = new("gateway");
        string key = program.Folder["carrier.key"];
        (await ProcessRunner.RunAsync(AditProgram.ExecutablePath, "keygen", "-q", "--carrier", "-f", key)).Succeeded();
        return (await StartAsync(program, authorizedKeys, [], "127.0.0.1", listen(key), []), key);
    }

    /// <summary>What it said when it was ready.</summary>
    public string Ready { get; private init; } = "";

    /// <summary>The same, with the program that is to be it.</summary>
    public static async Task<AditGateway> StartAsync(
        AditProgram program, IReadOnlyList<string> authorizedKeys, IReadOnlyList<string> gateway, string address, params (string Type, int Bits)[] hostKeyTypes) =>
        await StartAsync(program, authorizedKeys, gateway, address, [], hostKeyTypes);

    private static async Task<AditGateway> StartAsync(
        AditProgram program, IReadOnlyList<string> authorizedKeys, IReadOnlyList<string> gateway, string address, IReadOnlyList<string> listen, (string Type, int Bits)[] hostKeyTypes)
    {
        try
        {
            Directory.CreateDirectory(program.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            program.Folder.Write("state/authorized_keys", string.Join('\n', authorizedKeys) + "\n");
            List<string> options = ["-v", .. listen.SelectMany(l => (string[])["--listen", l])];
            List<SshKeyFile> hostKeys = [];
            foreach ((string type, int bits) in hostKeyTypes)
            {
                hostKeys.Add(await SshKeyFile.GenerateAsync(program.Folder, $"host_{type}_{bits}", type, bits));
                options.AddRange(["--host-key", hostKeys[^1].PrivatePath]);
            }

            if (gateway.Count > 0)
            {
                string file = program.Folder.Write("adit.yaml", "gateway:\n" + string.Concat(gateway.Select(l => $"  {l}\n")));
                options.AddRange(["-c", file]);
            }

            string ready = await program.StartAsync(["serve", "--listen", $"tcp://{(address.Contains(':') ? $"[{address}]" : address)}:0", .. options]);
            int port = int.Parse(TcpPort().Match(ready).Groups[1].Value);
            string[] keys = hostKeys.Count > 0
                ? [.. hostKeys.Select(k => k.PublicKey)]
                : [(await ProcessRunner.RunAsync("ssh-keygen", "-y", "-f", Path.Combine(program.State, "ssh_host_ed25519_key"))).Succeeded().Text.Trim()];
            SshTarget target = new(address, port, Environment.UserName, [.. keys.Select(k => string.Join(' ', k.Split(' ')[..2]))]);
            return new AditGateway(program, target, options) { Ready = ready };
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again where it was, after it was killed, with the state folder as it is now.</summary>
    public async Task RestartAsync()
    {
        await Process.DisposeAsync();
        string host = Target.Host.Contains(':') ? $"[{Target.Host}]" : Target.Host;
        await _program.StartAsync(["serve", "--listen", $"tcp://{host}:{Target.Port}", .. _options]);
    }

    /// <summary>Waits for a line of the gateway's log.</summary>
    public Task<string> WaitForLogAsync(params string[] words) =>
        Process.WaitForErrorLineAsync(l => words.All(w => l.Contains(w, StringComparison.Ordinal)), $"log line with {string.Join(", ", words)}");

    /// <summary>How many descriptors of sockets the gateway holds.</summary>
    public int CountSockets() => Directory.EnumerateFiles($"/proc/{Process.Id}/fd").Count(f =>
    {
        try
        {
            return File.ResolveLinkTarget(f, false)?.Name.StartsWith("socket:", StringComparison.Ordinal) ?? false;
        }
        catch (IOException)
        {
            return false;
        }
    });

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    [GeneratedRegex(@"tcp://\S+:(\d+)")]
    private static partial Regex TcpPort();
}

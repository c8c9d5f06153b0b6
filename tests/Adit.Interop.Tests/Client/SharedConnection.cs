using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>A control socket in a test's own folder, whose master is ssh(1) or ours and so is each client. Whatever master is left in the background is ended with it.</summary>
internal sealed partial class SharedConnection(ClientFixture fixture, SshTarget target, IAsyncDisposable server) : IAsyncDisposable
{
    private readonly PeerFolder _folder = new("mux");
    private readonly List<OpenSshClient> _clients = [];
    private PeerProcess? _master;

    public string Path => _folder["ctl"];

    /// <summary>What -S says: the path, or a form with tokens.</summary>
    public string? Pattern { get; init; }

    /// <summary>The agent of masters and clients; null for none.</summary>
    public string? AgentPath { get; init; }

    public PeerFolder Folder => _folder;

    /// <summary>The pid of the master that the socket leads to.</summary>
    public int MasterId { get; private set; }

    /// <summary>An sshd whose commands find a home without anybody's profile.</summary>
    public static async Task<SharedConnection> StartAsync(ClientFixture fixture, string? agent = null, string? pattern = null)
    {
        PeerRequired.Installed("sshd", "ssh", "ssh-keygen", "setpriv");
        OpenSshServer server = await fixture.StartServerAsync(config: [$"SetEnv HOME={fixture.Folder.Path}", "Subsystem sftp internal-sftp", "AcceptEnv WORD"]);
        return new SharedConnection(fixture, server.Target, server) { AgentPath = agent, Pattern = pattern };
    }

    /// <summary>The same over our own sshd.</summary>
    public static async Task<SharedConnection> StartOverSshdAsync(ClientFixture fixture)
    {
        PeerRequired.Installed("sshd", "ssh", "ssh-keygen", "setpriv");
        OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions
        {
            AuthorizedKeys = [fixture.Identity.PublicLine], Config = [$"SetEnv HOME={fixture.Folder.Path} SHLVL=5", "Subsystem sftp internal-sftp", "AcceptEnv WORD"], Program = AditProgram.ExecutablePath, Verb = ["sshd"],
        });
        return new SharedConnection(fixture, server.Target, server);
    }

    /// <summary>The same over our own gateway.</summary>
    public static async Task<SharedConnection> StartOverGatewayAsync(ClientFixture fixture)
    {
        AditGateway gateway = await AditGateway.StartAsync([fixture.Identity.PublicLine]);
        return new SharedConnection(fixture, gateway.Target, gateway);
    }

    /// <summary>"ssh" or "adit": a client with options that make it private.</summary>
    public PeerStart Command(string program, IReadOnlyList<string> options, params string[] command)
    {
        var environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = AgentPath };
        OpenSshClient client = program == "adit" ? fixture.Client(target, environment: environment) : new OpenSshClient(target, fixture.Identity) { Environment = environment };
        _clients.Add(client);
        return client.Command(["-S", Pattern ?? Path, .. options], command);
    }

    public Task<ProcessResult> RunAsync(string program, IReadOnlyList<string> options, params string[] command) => RunAsync(program, "", options, command);

    public Task<ProcessResult> RunAsync(string program, string input, IReadOnlyList<string> options, params string[] command) =>
        ProcessRunner.RunAsync(Command(program, options, command), System.Text.Encoding.UTF8.GetBytes(input));

    /// <summary>What a shell gets from <c>x=$(…)</c> with both outputs: it waits for whoever holds them, also in the background. Fails when that takes too long.</summary>
    public async Task<ProcessResult> CaptureAsync(string program, IReadOnlyList<string> options, params string[] command)
    {
        PeerStart start = Command(program, options, command);
        return await ProcessRunner.RunAsync(start with { Program = "sh", Arguments = ["-c", "x=$(\"$@\" 2>&1); code=$?; printf %s \"$x\"; exit $code", "sh", start.Program, .. start.Arguments] });
    }

    /// <summary>Starts a master in the foreground and waits until it answers.</summary>
    public async Task<PeerProcess> StartMasterAsync(string program, params string[] options)
    {
        _master = await PeerProcess.StartAsync(Command(program, ["-M", "-N", .. options]));
        await WaitAsync(async () => _master.HasExited ? throw _master.Failure("no master") : File.Exists(Path) && await CheckAsync());
        return _master;
    }

    /// <summary>Whether a master answers, as ssh(1) sees it.</summary>
    public async Task<bool> CheckAsync(string program = "ssh")
    {
        ProcessResult check = await RunAsync(program, ["-O", "check"]);
        if (check.ExitCode != 0) return false;
        Match match = Running().Match(check.Errors);
        Assert.True(match.Success, check.Errors);
        MasterId = int.Parse(match.Groups[1].Value);
        return true;
    }

    public static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition()) await Task.Delay(50, deadline.Token);
    }

    public static async Task<bool> IsListeningAsync(EndPoint at)
    {
        using var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(at);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_master is null && (Pattern is not null || File.Exists(Path)) && await CheckAsync()) await ProcessRunner.RunAsync("kill", "-9", MasterId.ToString());
        if (_master is not null) await _master.DisposeAsync();
        _clients.ForEach(c => c.Dispose());
        await server.DisposeAsync();
        _folder.Dispose();
    }

    [GeneratedRegex(@"Master running \(pid=(\d+)\)")]
    private static partial Regex Running();
}

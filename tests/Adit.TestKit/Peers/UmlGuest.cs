using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adit.TestKit.Peers;

/// <summary>
/// A whole Linux of Debian's (package user-mode-linux) as a process, in about three seconds: the kernel that is the other end of a tunnel, with the modules that the machine's own may
/// lack. Its root is this machine's file system, read-only, so every installed program is there. A small program within (guest_agent.py) does what it is asked on the console, answers on
/// TCP port 7 with an echo, and pings and streams without starting a process. The guest has a PID namespace of its own and ends with the tests. Needs root.
/// </summary>
public sealed class UmlGuest : IAsyncDisposable
{
    /// <summary>The port on which every guest echoes.</summary>
    public const int EchoPort = 7;

    /// <summary>What <see cref="StartAsync"/> needs, for a test's first line.</summary>
    public static readonly IReadOnlyList<string> Needs = [InstalledPeers.Root, "linux.uml", "gcc", "ip", "modprobe", "python3", "unshare", "setpriv"];

    private const string Modules = "ip_gre ip6_gre ipip sit ip6_tunnel vxlan geneve bridge";

    private readonly PeerFolder _folder;
    private readonly PeerProcess _process;
    private readonly StreamReader _answers;
    private readonly SemaphoreSlim _asking = new(1);

    private UmlGuest(PeerFolder folder, PeerProcess process)
    {
        _folder = folder;
        _process = process;
        _answers = new StreamReader(process.StandardOutput, Encoding.UTF8);
    }

    /// <summary>The kernel's release.</summary>
    public string Release { get; private set; } = "";

    /// <summary>Boots a guest; its cards are up and have their addresses at both ends.</summary>
    /// <param name="at">The namespace in which it runs and where its taps are.</param>
    /// <param name="cards">Its cards, the first vec0.</param>
    public static async Task<UmlGuest> StartAsync(NetworkNamespace at, params UmlCard[] cards)
    {
        PeerFolder folder = new("guest");
        PeerProcess? process = null;
        try
        {
            Place(folder, cards);
            (await ProcessRunner.RunAsync("gcc", "-O2", "-shared", "-fPIC", "-o", folder["guest_registers.so"], folder["guest_registers.c"])).Succeeded();
            await IpAsync(at.Name, string.Concat(cards.Select(c => $"tuntap add {c.Interface} mode tap\n{(c.Beyond is null ? Addresses(c.Interface, c.Host) : Cable(c))}")));
            foreach (UmlCard card in cards.Where(c => c.Beyond is not null)) await IpAsync(card.Beyond!, Addresses(card.Interface, card.Host));
            process = await PeerProcess.StartAsync(Command(folder, at, cards));
            UmlGuest guest = new(folder, process);
            guest.Release = (await guest.ReadAsync())["ready"]!.GetValue<string>();
            return guest;
        }
        catch
        {
            if (process is not null) await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Runs a shell script to its end; fails, with what it printed, where its status is not 0.</summary>
    /// <param name="script">For sh -c.</param>
    /// <param name="input">Its standard input.</param>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(string script, string input = "")
    {
        JsonNode result = await AskAsync(new JsonObject { ["do"] = "run", ["script"] = script, ["input"] = input });
        string output = result["output"]!.GetValue<string>();
        return result["status"]!.GetValue<int>() == 0 ? output : throw new PeerFailureException($"status {result["status"]} in the guest\n# {script}\n{input}\n{output}");
    }

    /// <summary>Commands for ip(8), one a line, by one process.</summary>
    public Task<string> IpAsync(string commands) => RunAsync("ip -batch -", commands);

    /// <summary>Pings from the guest, one after the other; every answer has the octets of its request. Fails at the first that is missing or wrong.</summary>
    /// <param name="to">The address.</param>
    /// <param name="size">Octets after the ICMP header.</param>
    /// <param name="count">How many.</param>
    /// <param name="dontFragment">Whether the guest may not fragment, nor anybody in the path.</param>
    public Task PingAsync(string to, int size = 56, int count = 1, bool dontFragment = false) =>
        AskAsync(new JsonObject { ["do"] = "ping", ["to"] = to, ["size"] = size, ["count"] = count, ["df"] = dontFragment });

    /// <summary>From the guest to an echo on TCP: sends and receives at once, and the octets are the same.</summary>
    public Task StreamAsync(string to, int port, int length, int seed) =>
        AskAsync(new JsonObject { ["do"] = "stream", ["to"] = to, ["port"] = port, ["length"] = length, ["seed"] = seed });

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _answers.Dispose();
        _asking.Dispose();
        _folder.Dispose();
    }

    private static PeerStart Command(PeerFolder folder, NetworkNamespace at, UmlCard[] cards) => new()
    {
        Program = "unshare",
        Arguments =
        [
            // Not as the namespace's first process: that one is spared by the signal with which a kernel that panics ends itself.
            "--pid", "--fork", "--kill-child", "sh", "-c", "\"$@\"; exit $?", "sh", InstalledPeers.Find("linux.uml"),
            .. cards.Select((c, i) => $"vec{i}:transport=tap,ifname={c.Interface},depth=128,gro=1"), // without gro=1, TCP into the guest crawls
            "mem=192M", "rootfstype=hostfs", "rootflags=/", "ro", $"init={folder["init.sh"]}", $"uml_dir={folder.Path}/", "umid=guest",
            "con=null", "con0=null,fd:2", "con1=fd:0,fd:1", "quiet", "loglevel=3",
        ],
        Environment = new Dictionary<string, string?> { ["LD_PRELOAD"] = folder["guest_registers.so"], ["TMPDIR"] = folder.Path },
        Namespace = at.Name,
        RawOutput = true,
    };

    private static void Place(PeerFolder folder, UmlCard[] cards)
    {
        folder.Write("guest_agent.py", Resource("guest_agent.py"));
        folder.Write("guest_registers.c", Resource("guest_registers.c"));
        string commands = string.Concat(cards.Select((c, i) => Addresses($"vec{i}", c.Guest)));
        string init = folder.Write("init.sh", Resource("init.sh").Replace("@MODULES@", Modules, StringComparison.Ordinal)
            .Replace("@COMMANDS@", commands, StringComparison.Ordinal).Replace("@FOLDER@", folder.Path, StringComparison.Ordinal));
        File.SetUnixFileMode(init, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string Addresses(string device, IReadOnlyList<string> addresses) =>
        string.Concat(addresses.Select(a => $"address add {a} dev {device}{(a.Contains(':') ? " nodad" : "")}\n")) + $"link set {device} up\n";

    /// <summary>From the tap to an interface of its name in another namespace. A tap that is moved there itself may never be read again: the guest then misses the event.</summary>
    private static string Cable(UmlCard card)
    {
        string tap = card.Interface;
        return $"link add {tap}-v type veth peer name {tap} netns {card.Beyond}\nlink add {tap}-b type bridge mcast_snooping 0\n"
            + string.Concat(new[] { tap, $"{tap}-v", $"{tap}-b" }.Select(i => $"link set {i} addrgenmode none\n{(i == $"{tap}-b" ? "" : $"link set {i} master {tap}-b\n")}link set {i} up\n"));
    }

    private static async Task IpAsync(string inNamespace, string commands) =>
        (await ProcessRunner.RunAsync(new PeerStart { Program = "ip", Arguments = ["-batch", "-"], Namespace = inNamespace }, Encoding.ASCII.GetBytes(commands))).Succeeded();

    private static string Resource(string name)
    {
        using Stream stream = typeof(UmlGuest).Assembly.GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    private async Task<JsonNode> AskAsync(JsonObject request)
    {
        await _asking.WaitAsync();
        try
        {
            await _process.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(request.ToJsonString(JsonSerializerOptions.Default) + "\n"));
            await _process.StandardInput.FlushAsync();
            JsonObject answer = await ReadAsync();
            if (answer["error"] is { } error) throw new PeerFailureException($"in the guest: {error}\n# {request.ToJsonString()}");
            return answer["result"]!;
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task<JsonObject> ReadAsync()
    {
        using CancellationTokenSource deadline = new(PeerProcess.Patience * 2);
        try
        {
            string line = await _answers.ReadLineAsync(deadline.Token) ?? throw _process.Failure("the guest ended");
            return JsonNode.Parse(line)!.AsObject();
        }
        catch (OperationCanceledException)
        {
            throw _process.Failure("the guest does not answer");
        }
        catch (JsonException e)
        {
            throw _process.Failure($"the guest's answer is no JSON: {e.Message}");
        }
    }
}

using Adit.Core;
using Adit.Core.Certificates;
using Adit.Gateway.Listeners;
using Adit.Gateway.Serving;
using Adit.Gateway.State;
using Adit.Ssh.Keys;

namespace Adit.Cli.Serve;

/// <summary>
/// What a person reads when a gateway starts: whose it is, how a client reaches it, and what is missing before one can. The host keys are written to
/// a known_hosts file in the state folder, so that the command printed here works without a question on this machine.
/// </summary>
internal static class ServeGreeting
{
    private static readonly string[] UsualKeys = ["id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub"];

    public static void Write(TextWriter to, GatewayServer server, StateFolder state)
    {
        try
        {
            ListenUri[] reached = [.. server.Listening.Where(l => !l.IsMessages).Select(Reached)];
            ListenUri[] messages = [.. server.Listening.Where(l => l.IsMessages)];
            string knownHosts = WriteKnownHosts(server, state, reached);
            foreach (SshPublicKey key in server.HostKeys) to.WriteLine($"host key    {key.KeyType} {key.Fingerprint}");
            if (server.Pin is { } pin) to.WriteLine($"certificate pin={pin}");
            to.WriteLine($"keys        {string.Join(", ", server.AuthorizedKeysFiles)} ({Count(server.AuthorizedKeyCount)})");
            // One a listener: the second family of localhost says nothing new.
            foreach (ListenUri place in reached.DistinctBy(p => (p.Scheme, p.Port, p.Path))) to.WriteLine($"client      {CommandFor(place, server.Pin, knownHosts)}");
            foreach (ListenUri place in messages) to.WriteLine($"carrier     {place} (client: adit ssh --via with the hop of docs/{Page(place)}.md and the same key=FILE)");
            if (!reached.SequenceEqual(server.Listening.Where(l => !l.IsMessages))) to.WriteLine($"            (from elsewhere: this machine's name instead of {reached[0].Host}, and compare the host key)");
            if (server.AuthorizedKeyCount == 0) WriteHowToAddKey(to, server.AuthorizedKeysFiles[0]);
            to.Flush();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not TunnelException))
        {
            // Nobody reads standard output, or it is closed: the gateway serves all the same.
        }
    }

    // Every address is reached at loopback from here.
    private static ListenUri Reached(ListenUri place) => place.Host switch
    {
        "0.0.0.0" => place with { Host = "127.0.0.1" },
        "::" => place with { Host = "::1" },
        _ => place,
    };

    private static string Page(ListenUri place) => place.Scheme switch { "dns" => "DNS", "mqtt" or "mqtts" => "MQTT", _ => "SMS" };

    private static string CommandFor(ListenUri place, Pin? pin, string knownHosts)
    {
        if (!place.IsWeb) return $"ssh -N -D 1080 -p {place.Port} -o UserKnownHostsFile={Quoted(knownHosts)} {place.Host}";
        // The name after the hop is looked up among the known hosts, and dialled by nobody.
        return $"adit ssh -N -D 1080 --via {Quoted(place + (place.IsSecure ? $"?pin={pin}" : ""))} -o UserKnownHostsFile={Quoted(knownHosts)} {place.Host}";
    }

    private static void WriteHowToAddKey(TextWriter to, string file)
    {
        string home = Environment.GetEnvironmentVariable("HOME") ?? "";
        string? own = UsualKeys.FirstOrDefault(k => File.Exists(Path.Combine(home, ".ssh", k)));
        to.WriteLine();
        to.WriteLine("No key may log in yet. To let yours in, no restart needed:");
        if (own is null) to.WriteLine("  ssh-keygen -t ed25519");
        to.WriteLine($"  cat ~/.ssh/{own ?? "id_ed25519.pub"} >> {Quoted(file)}");
    }

    private static string WriteKnownHosts(GatewayServer server, StateFolder state, IReadOnlyList<ListenUri> reached)
    {
        string path = Path.Combine(state.Path, "known_hosts");
        string[] names = [.. reached.Select(l => l.Host), .. server.Listening.Where(l => !l.IsMessages).Select(l => l.Host), "localhost"];
        // By a carrier the host is looked up as if at the usual port.
        int[] ports = [.. server.Listening.Select(l => l.IsWeb || l.IsMessages ? 22 : l.Port).Distinct()];
        // ssh(1) looks up [host]:port, and the bare host for port 22.
        string[] patterns = [.. ports.SelectMany(p => names.Distinct().Select(n => p == 22 ? n : $"[{n}]:{p}"))];
        string[] lines = [.. server.HostKeys.Select(k => $"{string.Join(',', patterns)} {k.ToAuthorizedKeysLine()}")];
        try
        {
            string early = $"{path}.{Environment.ProcessId}";
            File.WriteAllLines(early, lines);
            File.Move(early, path, overwrite: true);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"state folder: {path}: {e.Message}", inner: e);
        }
    }

    private static string Count(int keys) => keys switch { 0 => "none yet", 1 => "1 key", _ => $"{keys} keys" };

    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '+' or ',' or '=' or '@' or ':' or '%')
            ? path
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

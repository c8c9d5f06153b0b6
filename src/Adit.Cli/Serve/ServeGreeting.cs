using Adit.Core;
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
            ListenUri first = server.Listening[0];
            string host = first.Host is "0.0.0.0" or "::" ? (first.Host == "::" ? "::1" : "127.0.0.1") : first.Host;
            string knownHosts = WriteKnownHosts(server, state, host);
            foreach (SshPublicKey key in server.HostKeys) to.WriteLine($"host key    {key.KeyType} {key.Fingerprint}");
            to.WriteLine($"keys        {string.Join(", ", server.AuthorizedKeysFiles)} ({Count(server.AuthorizedKeyCount)})");
            to.WriteLine($"client      ssh -N -D 1080 -p {first.Port} -o UserKnownHostsFile={Quoted(knownHosts)} {host}");
            if (host != first.Host) to.WriteLine($"            (from elsewhere: this machine's name instead of {host}, and compare the host key)");
            if (server.AuthorizedKeyCount == 0) WriteHowToAddKey(to, server.AuthorizedKeysFiles[0]);
            to.Flush();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not TunnelException))
        {
            // Nobody reads standard output, or it is closed: the gateway serves all the same.
        }
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

    private static string WriteKnownHosts(GatewayServer server, StateFolder state, string host)
    {
        string path = Path.Combine(state.Path, "known_hosts");
        string[] names = [host, .. server.Listening.Select(l => l.Host), "localhost"];
        int[] ports = [.. server.Listening.Select(l => l.Port).Distinct()];
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

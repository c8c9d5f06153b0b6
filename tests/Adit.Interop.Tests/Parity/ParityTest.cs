using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Parity;

/// <summary>
/// What OpenSSH's own regression tests cover, in both roles: "client" is <c>adit ssh</c> against sshd, "server" is ssh(1) against <c>adit sshd</c>.
/// One set of assertions holds for both. docs/TESTING.md says which test covers which behaviour.
/// </summary>
public abstract class ParityTest : GatewayTest
{
    // bash reads ~/.bashrc under sshd unless it runs in another shell: what stands in it is none of a test's business.
    protected const string NoStartupFiles = "SetEnv SHLVL=5";

    public static TheoryData<string> Roles => ["client", "server"];

    /// <summary>Starts a pair for a role.</summary>
    internal Task<Pair> StartAsync(string role, params string[] config) => StartAsync(role, new OpenSshServerOptions { Config = config });

    /// <inheritdoc cref="StartAsync(string, string[])"/>
    internal async Task<Pair> StartAsync(string role, OpenSshServerOptions options, IReadOnlyDictionary<string, string?>? environment = null, bool withIdentity = true)
    {
        OpenSshServer server = await StartServerAsync(role, options);
        return new Pair(server, Client(role, server.Target, withIdentity ? Identity : null, environment));
    }

    /// <summary>The server of a role.</summary>
    internal Task<OpenSshServer> StartServerAsync(string role, OpenSshServerOptions options)
    {
        PeerRequired.Installed("sshd", "ssh", "setpriv");
        options = options with
        {
            Config = [.. options.Config, NoStartupFiles],
            AuthorizedKeys = options.AuthorizedKeys.Count > 0 ? options.AuthorizedKeys : [Identity.PublicLine],
        };
        return OpenSshServer.StartAsync(role == "server" ? options with { Program = AditProgram.ExecutablePath, Verb = ["sshd"] } : options);
    }

    /// <summary>The client of a role.</summary>
    internal OpenSshClient Client(string role, SshTarget target, SshKeyFile? identity, IReadOnlyDictionary<string, string?>? environment = null)
    {
        Dictionary<string, string?> variables = new(environment ?? new Dictionary<string, string?>()) { ["HOME"] = Folder.Path, ["ADIT_STATE"] = Folder["state"] };
        variables.TryAdd("SSH_AUTH_SOCK", null);
        OpenSshClient client = new(target, identity) { Environment = variables, Program = role == "client" ? AditProgram.ExecutablePath : null, Verb = role == "client" ? ["ssh"] : [] };
        return client;
    }

    internal static byte[] Octets(int length)
    {
        byte[] octets = new byte[length];
        new SeededOctets(Seed).Fill(octets);
        return octets;
    }

    /// <summary>An executable script in the test's folder.</summary>
    internal string Script(string name, string text)
    {
        string path = Folder.Write(name, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}

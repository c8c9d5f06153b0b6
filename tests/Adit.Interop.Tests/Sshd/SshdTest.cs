using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sshd;

/// <summary>What the tests of <c>adit sshd</c> share: the server as scripts start it, and OpenSSH's client against it.</summary>
public abstract class SshdTest : GatewayTest
{
    // bash reads ~/.bashrc under sshd unless it runs in another shell: what stands in it is none of a test's business, and may take long.
    protected const string NoStartupFiles = "SetEnv SHLVL=5";

    internal Task<OpenSshServer> StartAsync(params string[] config) => StartAsync(new OpenSshServerOptions { Config = config });

    internal Task<OpenSshServer> StartAsync(OpenSshServerOptions options) => OpenSshServer.StartAsync(options with
    {
        Config = [.. options.Config, NoStartupFiles],
        AuthorizedKeys = options.AuthorizedKeys.Count > 0 ? options.AuthorizedKeys : [Identity.PublicLine],
        Program = AditProgram.ExecutablePath,
        Verb = ["sshd"],
    });

    internal OpenSshClient Client(OpenSshServer server) => new(server.Target, Identity);

    internal static Task<string> SaysAsync(OpenSshServer server, params string[] words) =>
        server.Process.WaitForErrorLineAsync(l => words.All(w => l.Contains(w, StringComparison.Ordinal)), $"log line with {string.Join(", ", words)}");
}

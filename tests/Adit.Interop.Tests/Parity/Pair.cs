using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Parity;

/// <summary>A server and a client of which one is ours and the other OpenSSH's.</summary>
internal sealed class Pair(OpenSshServer server, OpenSshClient client) : IAsyncDisposable
{
    public OpenSshServer Server { get; } = server;

    public OpenSshClient Client { get; } = client;

    /// <summary>Runs a command to its end, with input.</summary>
    public Task<ProcessResult> RunAsync(byte[] input, IReadOnlyList<string> options, params string[] command) => ProcessRunner.RunAsync(Client.Command(options, command), input);

    /// <summary>Runs a command to its end.</summary>
    public Task<ProcessResult> RunAsync(IReadOnlyList<string> options, params string[] command) => Client.RunAsync(options, command);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}

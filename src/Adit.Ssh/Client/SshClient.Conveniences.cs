using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Forwarding;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Client;

/// <summary>Forwards and commands in one call. Places are texts: <c>host:port</c>, <c>[v6]:port</c>, <c>unix:PATH</c>, or a path with a slash.</summary>
public sealed partial class SshClient
{
    /// <summary>Ours: the most that <see cref="ExecuteAsync"/> keeps of each output, 64 MiB; more fails it.</summary>
    private const int LongestOutput = 64 * 1024 * 1024;

    /// <summary>Listens here and carries each connection to a target that the server dials (<c>ssh -L</c>).</summary>
    /// <param name="listen">Where to listen here, such as <c>127.0.0.1:0</c>; what it became is <see cref="Forwarder.BoundAt"/>.</param>
    /// <param name="target">What the server dials, such as <c>db:5432</c>.</param>
    /// <param name="logger">Hears of targets that were not reached.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The address is taken or not this machine's.</exception>
    public async Task<Forwarder> ForwardLocalAsync(string listen, string target, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        Destination to = Destination.Parse(target);
        return new StreamForwarder(await new SocketBinder().BindAsync(Destination.Parse(listen), cancellationToken).ConfigureAwait(false), this, to, logger);
    }

    /// <summary>Listens here for SOCKS clients, whose targets the server dials (<c>ssh -D</c>).</summary>
    /// <param name="listen">Where to listen here.</param>
    /// <param name="logger">Hears of targets that were not reached.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The address is taken or not this machine's.</exception>
    public async Task<Forwarder> ForwardDynamicAsync(string listen, ILogger? logger = null, CancellationToken cancellationToken = default) =>
        new DynamicForwarder(await new SocketBinder().BindAsync(Destination.Parse(listen), cancellationToken).ConfigureAwait(false), this, null, logger);

    /// <summary>Lets the server listen and carries each connection to a target dialled from here (<c>ssh -R</c>).</summary>
    /// <param name="listen">Where the server listens; port 0 lets it choose.</param>
    /// <param name="target">What is dialled from here.</param>
    /// <param name="logger">Hears of targets that were not reached.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The server refused.</exception>
    public async Task<Forwarder> ForwardRemoteAsync(string listen, string target, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        Destination to = Destination.Parse(target);
        return new StreamForwarder(await BindAsync(Destination.Parse(listen), cancellationToken).ConfigureAwait(false), new SocketDialer(), to, logger);
    }

    /// <summary>Lets the server listen for SOCKS clients, whose targets are dialled from here (<c>ssh -R port</c>).</summary>
    /// <param name="listen">Where the server listens; port 0 lets it choose.</param>
    /// <param name="permits">Whether a target may be reached; null permits all.</param>
    /// <param name="logger">Hears of targets that were not reached.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The server refused.</exception>
    public async Task<Forwarder> ForwardRemoteDynamicAsync(
        string listen, Func<TcpDestination, bool>? permits = null, ILogger? logger = null, CancellationToken cancellationToken = default) =>
        new DynamicForwarder(await BindAsync(Destination.Parse(listen), cancellationToken).ConfigureAwait(false), new SocketDialer(), permits, logger);

    /// <summary>Runs a command to its end; its input is empty.</summary>
    /// <exception cref="TunnelException">The server refused, the connection was lost, or an output was longer than 64 MiB.</exception>
    public async Task<SshCommandResult> ExecuteAsync(string command, CancellationToken cancellationToken = default)
    {
        SshSession session = await SshSession.OpenAsync(this, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
            await session.Stream.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
            Task<byte[]> output = ReadAllAsync(session.Stream.ReadAsync, cancellationToken);
            Task<byte[]> error = ReadAllAsync(session.ReadStandardErrorAsync, cancellationToken);
            await Task.WhenAll(output, error).ConfigureAwait(false);
            SshExit exit = await session.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new SshCommandResult(exit, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
    }

    private static async Task<byte[]> ReadAllAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[SshChannel.MaximumPacket];
        while (await read(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int count)
        {
            all.Write(buffer, 0, count);
            if (all.Length > LongestOutput) throw new TunnelException(TunnelError.ResourceShortage, $"ssh: command: output: expected at most {LongestOutput} octets, got more");
        }

        return all.ToArray();
    }
}

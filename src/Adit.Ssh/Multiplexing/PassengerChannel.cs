using Adit.Platform.Descriptors;
using Adit.Ssh.Channels;

namespace Adit.Ssh.Multiplexing;

/// <summary>
/// A channel joined with descriptors of a client's. Owns both. Each direction is a loop that asks its descriptor before it reads or writes, since the
/// descriptor is shared with the client and perhaps with others, and may be anything.
/// </summary>
/// <param name="channel">The channel.</param>
/// <param name="streams">Standard input and output, and error or not.</param>
internal class PassengerChannel(SshChannel channel, DescriptorHandle[] streams) : IAsyncDisposable
{
    // Ours: what a turn carries; a pipe takes pieces of 4 KiB anyway.
    private const int BufferLength = 32 * 1024;

    private readonly PolledDescriptor _input = new(streams[0], shared: true);
    private readonly PolledDescriptor _output = new(streams[1], shared: true);
    private readonly PolledDescriptor? _error = streams.Length > 2 ? new PolledDescriptor(streams[2], shared: true) : null;
    private readonly CancellationTokenSource _over = new();

    /// <summary>What the master calls it.</summary>
    public uint Id => channel.Id;

    /// <summary>The exit status of what ran; null for none.</summary>
    public uint? ExitStatus { get; protected set; }

    /// <summary>Completes when the client has been told of what was refused.</summary>
    protected Task Told { get; set; } = Task.CompletedTask;

    /// <summary>The channel.</summary>
    protected SshChannel Channel => channel;

    /// <summary>The client's standard input, which is its terminal where it has one.</summary>
    protected DescriptorHandle Terminal => streams[0];

    /// <summary>Tells the server the size of the terminal.</summary>
    public virtual void ResizeWindow()
    {
    }

    /// <summary>Relays until the channel is closed and what came through it is written. Never faults.</summary>
    public async Task RunAsync()
    {
        Task input = PumpInputAsync();
        Task output = PumpOutputAsync(channel.ReadAsync, _output, endsCommand: true);
        Task error = _error is null ? Task.CompletedTask : PumpOutputAsync(channel.ReadStandardErrorAsync, _error, endsCommand: false);
        await Task.WhenAll(output, error).ConfigureAwait(false);
        try
        {
            if (_error is not null) await channel.Closed.WaitAsync(_over.Token).ConfigureAwait(false);
            else await Task.WhenAny(input, channel.Closed).ConfigureAwait(false); // a half-closed connection still takes input
            await Told.WaitAsync(_over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The client is gone. The server may take its time: it closes when the command ends.
        }

        await _over.CancelAsync().ConfigureAwait(false);
        await input.ConfigureAwait(false);
    }

    /// <summary>The client is gone: nothing more is relayed.</summary>
    public void Abort()
    {
        channel.Dispose();
        try
        {
            _over.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync().ConfigureAwait(false);
        _input.Dispose();
        _output.Dispose();
        _error?.Dispose();
        _over.Dispose();
    }

    /// <summary>Writes a line to the client's standard error.</summary>
    protected async Task TellAsync(string line)
    {
        try
        {
            if (_error is not null) await _error.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\r\n"), _over.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsOver(e))
        {
            // Nobody reads it.
        }
    }

    private static bool IsOver(Exception e) => e is IOException or OperationCanceledException or ObjectDisposedException;

    private async Task PumpInputAsync()
    {
        byte[] buffer = new byte[BufferLength];
        try
        {
            while (await ReadAsync(buffer).ConfigureAwait(false) is > 0 and int count)
            {
                await channel.WriteAsync(buffer.AsMemory(0, count), _over.Token).ConfigureAwait(false);
            }

            await channel.CompleteWritesAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsOver(e))
        {
            // The session has ended.
        }
    }

    private async ValueTask<int> ReadAsync(byte[] buffer)
    {
        try
        {
            return await _input.ReadAsync(buffer, _over.Token).ConfigureAwait(false);
        }
        catch (DescriptorException)
        {
            return 0; // not open for reading, say: no input
        }
    }

    private async Task PumpOutputAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> read, PolledDescriptor to, bool endsCommand)
    {
        byte[] buffer = new byte[BufferLength];
        bool isLost = false;
        try
        {
            while (await read(buffer, default).ConfigureAwait(false) is > 0 and int count)
            {
                if (isLost) continue;
                try
                {
                    await to.WriteAsync(buffer.AsMemory(0, count), _over.Token).ConfigureAwait(false);
                }
                catch (DescriptorException)
                {
                    // OpenSSH PROTOCOL §2.1: tells the server to let the command see a broken pipe. What comes meanwhile is dropped.
                    isLost = true;
                    if (endsCommand) channel.Notify("eow@openssh.com", default);
                }
            }
        }
        catch (Exception e) when (IsOver(e))
        {
            // The channel was given up, or the connection is gone.
        }
    }
}

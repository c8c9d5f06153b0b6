using System.Diagnostics;
using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Ssh.Client;

/// <summary>The standard input and output of a child process as one stream (ProxyCommand). Its standard error is this process's.</summary>
internal sealed class ProxyCommandStream : DuplexStream
{
    private readonly Process _process;
    private readonly Stream _toChild;
    private readonly Stream _fromChild;
    private int _disposed;

    private ProxyCommandStream(Process process)
    {
        _process = process;
        _toChild = process.StandardInput.BaseStream;
        _fromChild = process.StandardOutput.BaseStream;
    }

    /// <summary>Starts a command in the user's shell, which it replaces.</summary>
    /// <exception cref="TunnelException">The shell could not be started.</exception>
    public static ProxyCommandStream Start(string command)
    {
        string shell = Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } given ? given : "/bin/sh";
        var start = new ProcessStartInfo(shell) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command.StartsWith("exec ", StringComparison.Ordinal) ? command : "exec " + command);
        try
        {
            return new ProxyCommandStream(Process.Start(start) ?? throw new IOException("no process"));
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"ProxyCommand: {shell}: {e.Message}", null, e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _fromChild.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new TunnelException(TunnelError.ConnectionLost, $"ProxyCommand: {e.Message}", null, e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _toChild.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            await _toChild.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new TunnelException(TunnelError.ConnectionLost, $"ProxyCommand: {e.Message}", null, e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _toChild.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The child is gone; reading tells it.
        }
    }

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => Dispose();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            try
            {
                // ssh(1) ends its proxy with SIGHUP; the closed pipes tell the same, and a child that does not listen is killed.
                _toChild.Dispose();
                _fromChild.Dispose();
                if (!_process.HasExited) _process.Kill();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It has ended.
            }

            _process.Dispose();
        }

        base.Dispose(disposing);
    }
}

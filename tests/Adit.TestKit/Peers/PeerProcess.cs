using System.Diagnostics;

namespace Adit.TestKit.Peers;

/// <summary>A running program that dies with the tests, and whose output is captured. The owner disposes it, which kills it and its children.</summary>
public sealed class PeerProcess : IAsyncDisposable
{
    /// <summary>Ours: how long a peer may take to get ready or to end, generous for a loaded machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Task _reading;
    private bool _disposed;

    private PeerProcess(PeerStart start, Process process)
    {
        Name = Path.GetFileName(start.Program);
        CommandLine = string.Join(' ', [start.Program, .. start.Arguments]);
        _process = process;
        Id = process.Id;
        _reading = Task.WhenAll(
            start.RawOutput ? Task.CompletedTask : Output.ReadAsync(process.StandardOutput.BaseStream),
            Errors.ReadAsync(process.StandardError.BaseStream));
    }

    public string Name { get; }

    public string CommandLine { get; }

    /// <summary>The pid of the program itself.</summary>
    public int Id { get; }

    public OutputCapture Output { get; } = new();

    public OutputCapture Errors { get; } = new();

    /// <summary>Standard input; dispose it to end it.</summary>
    public Stream StandardInput => _process.StandardInput.BaseStream;

    /// <summary>Standard output, where <see cref="PeerStart.RawOutput"/> was asked for.</summary>
    public Stream StandardOutput => _process.StandardOutput.BaseStream;

    public bool HasExited => _process.HasExited;

    public static Task<PeerProcess> StartAsync(string program, params string[] arguments) =>
        StartAsync(new PeerStart { Program = program, Arguments = arguments });

    public static async Task<PeerProcess> StartAsync(PeerStart start)
    {
        string[] inNamespace = start.Namespace is null ? [] : ["ip", "netns", "exec", start.Namespace];
        string[] command = [.. inNamespace, "setpriv", "--pdeathsig", "KILL", "--", start.Program, .. start.Arguments];
        ProcessStartInfo info = new(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = start.WorkingDirectory ?? "",
        };
        foreach (string argument in command.Skip(1)) info.ArgumentList.Add(argument);
        foreach ((string name, string? value) in start.Environment)
        {
            if (value is null) info.Environment.Remove(name);
            else info.Environment[name] = value;
        }

        return new PeerProcess(start, await PeerSpawner.StartAsync(info));
    }

    /// <summary>Waits for a line on standard error; fails with all output when the peer ends without, or within <see cref="Patience"/> says nothing of the kind.</summary>
    public Task<string> WaitForErrorLineAsync(Func<string, bool> wanted, string what) => WaitForLineAsync(Errors, wanted, what);

    /// <summary>The same for standard output.</summary>
    public Task<string> WaitForOutputLineAsync(Func<string, bool> wanted, string what) => WaitForLineAsync(Output, wanted, what);

    /// <summary>The exit status; fails with all output when the peer does not end in time.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? patience = null)
    {
        using CancellationTokenSource deadline = new(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw Failure("did not end in time");
        }

        await _reading.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _process.ExitCode;
    }

    /// <summary>kill -9, the program alone: its children see what they see when it crashes.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }

    /// <summary>Sends a signal by name: TERM, INT, HUP, STOP, CONT.</summary>
    public async Task SignalAsync(string name) => await ProcessRunner.RunAsync("kill", $"-{name}", Id.ToString());

    /// <summary>An exception that tells what happened and all that the peer printed.</summary>
    public PeerFailureException Failure(string what) => new(
        $"{Name} (pid {Id}{(_process.HasExited ? $", exited with {_process.ExitCode}" : "")}): {what}\n$ {CommandLine}\n{Output.Text}\n{Errors.Text}".TrimEnd());

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        PeerSpawner.Kill(_process);
        await _process.WaitForExitAsync().WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        PeerSpawner.Forget(Id);
        _process.Dispose();
    }

    private async Task<string> WaitForLineAsync(OutputCapture output, Func<string, bool> wanted, string what)
    {
        using CancellationTokenSource deadline = new(Patience);
        try
        {
            return await output.WaitForLineAsync(wanted, deadline.Token) ?? throw Failure($"ended without {what}");
        }
        catch (OperationCanceledException)
        {
            throw Failure($"no {what} within {Patience.TotalSeconds:0} s");
        }
    }
}

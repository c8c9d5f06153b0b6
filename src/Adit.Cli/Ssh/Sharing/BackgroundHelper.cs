using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Platform.Processes;

namespace Adit.Cli.Ssh.Sharing;

/// <summary>
/// Going to the background (<c>-f</c>, ControlPersist). Theory of operation: this program cannot fork, so the process that a person started starts itself once
/// more, as a helper, with the same command line, standard streams and terminal. The helper does everything, also the asking for passwords. Once the
/// connection and its forwards stand it leaves the terminal and says so on a pipe, and the first process ends, or becomes a client of the helper's
/// control socket. Until then each dies with the other: the helper when a second pipe tells it that the first is gone, the first with the helper's exit code.
/// </summary>
internal sealed class BackgroundHelper : IDisposable
{
    /// <summary>Set for a helper, and for no child of it.</summary>
    private const string Marker = "ADIT_SSH_BACKGROUND";

    // ChildProcessStart.Inherited begins at 3.
    private const int ReadyWriter = 3;
    private const int LifeReader = 4;
    private const byte IsDetached = (byte)'D';
    private const byte StaysForeground = (byte)'F';

    private readonly PolledDescriptor _ready;
    private readonly PolledDescriptor _life;

    private BackgroundHelper(DescriptorHandle ready, DescriptorHandle life)
    {
        _ready = new PolledDescriptor(ready);
        _life = new PolledDescriptor(life);
    }

    /// <summary>Whether it has gone to the background.</summary>
    public bool HasDetached { get; private set; }

    /// <summary>Whether this process is a helper: null if it was started like any other. To be asked before any child is started, which would be taken for one too.</summary>
    public static BackgroundHelper? TryAdopt()
    {
        if (Environment.GetEnvironmentVariable(Marker) is null) return null;
        Environment.SetEnvironmentVariable(Marker, null);
        DescriptorHandle? ready = BackgroundProcess.Adopt(ReadyWriter), life = BackgroundProcess.Adopt(LifeReader);
        if (ready is null || life is null) throw new TunnelException(TunnelError.BadConfiguration, $"{Marker}: expected the descriptors of the process that sets it, got none");
        return new BackgroundHelper(ready, life);
    }

    /// <summary>Watches over the process that started this one.</summary>
    /// <param name="orphaned">Called when it ends before <see cref="Detach"/>.</param>
    public void Watch(Action orphaned) => _ = WatchAsync(orphaned);

    /// <summary>Starts a helper and waits until it is in the background, or has ended.</summary>
    /// <param name="words">The command line after <c>ssh</c>.</param>
    /// <param name="cancellationToken">Ends the helper, and then this.</param>
    /// <returns>Null when it is in the background; else its exit code.</returns>
    /// <exception cref="TunnelException">It cannot be started.</exception>
    public static async Task<int?> StartAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        (DescriptorHandle readyReader, DescriptorHandle readyWriter) = DescriptorPipe.Create();
        (DescriptorHandle lifeReader, DescriptorHandle lifeWriter) = DescriptorPipe.Create();
        using var ready = new PolledDescriptor(readyReader);
        using DescriptorHandle life = lifeWriter;
        ChildProcess helper;
        using (readyWriter)
        using (lifeReader) helper = Start(words, readyWriter, lifeReader);
        byte[] word = new byte[1];
        try
        {
            if (await ready.ReadAsync(word, cancellationToken) == 1 && word[0] == IsDetached) return null;
            ProcessExit exit = await helper.ExitedAsync.WaitAsync(cancellationToken);
            return exit.Signal is null ? exit.Status : SshCommand.Failed;
        }
        catch (OperationCanceledException)
        {
            helper.Signal(BackgroundProcess.Terminate);
            await helper.ExitedAsync;
            throw;
        }
    }

    /// <summary>Goes to the background: from now on the process that started this one no longer waits.</summary>
    /// <param name="keepsOutput">Whether a command still writes to standard output and error.</param>
    /// <param name="keepsLog">Whether the log still goes to standard error.</param>
    public void Detach(bool keepsOutput, bool keepsLog)
    {
        HasDetached = true;
        BackgroundProcess.LeaveTerminal();
        BackgroundProcess.Silence(keepsOutput ? [0] : keepsLog ? [0, 1] : [0, 1, 2], keepsOutput ? [1, 2] : keepsLog ? [2] : []);
        Say(IsDetached);
    }

    /// <summary>Stays in the foreground after all: the process that started this one waits for its end.</summary>
    public void Stay() => Say(StaysForeground);

    public void Dispose()
    {
        _ready.Dispose();
        _life.Dispose();
    }

    private static ChildProcess Start(IReadOnlyList<string> words, DescriptorHandle ready, DescriptorHandle life)
    {
        string program = Environment.ProcessPath ?? throw new TunnelException(TunnelError.NotSupported, "background: expected to know this program's path, got none");
        // Run by dotnet itself, the program is its first argument.
        string[] own = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Environment.GetCommandLineArgs()[0]] : [program];
        var environment = new List<string> { $"{Marker}=1" };
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables()) environment.Add($"{variable.Key}={variable.Value}");
        try
        {
            return ChildProcess.Start(new ChildProcessStart
            {
                Program = program,
                Arguments = [.. own, "ssh", .. words],
                Environment = environment,
                InheritStandardStreams = true,
                Inherited = [ready, life],
            });
        }
        catch (DescriptorException e)
        {
            throw new TunnelException(TunnelError.ResourceShortage, $"background: {e.Message}", null, e);
        }
    }

    private void Say(byte word)
    {
        try
        {
            _ready.TryWrite([word]);
        }
        catch (DescriptorException)
        {
            // Nobody waits any more.
        }
    }

    private async Task WatchAsync(Action orphaned)
    {
        byte[] nothing = new byte[1];
        try
        {
            await _life.ReadAsync(nothing);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Closed here.
            return;
        }

        if (!HasDetached) orphaned();
    }
}

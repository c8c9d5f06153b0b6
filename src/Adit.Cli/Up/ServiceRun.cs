using System.Runtime.InteropServices;
using System.Threading.Channels;
using Adit.Cli.Ssh;
using Adit.Cli.Terminal;
using Adit.Cli.Version;
using Adit.Core;
using Adit.Gateway.Composition;
using Adit.Gateway.State;
using Adit.Gateway.Status;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Up;

/// <summary>
/// The foreground of <c>up</c>, <c>serve</c>, <c>proxy</c> and <c>forward</c>: runs a configuration until SIGINT or SIGTERM, with the line "ready …", the control socket for
/// <c>adit status</c>, and reloads on SIGHUP.
/// </summary>
internal sealed partial class ServiceRun
{
    private readonly ServiceRunOptions _options;
    private readonly ILogger _logger;
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;
    private volatile ReloadStatus? _lastReload;

    private ServiceRun(ServiceRunOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
    }

    /// <summary>Runs to the end.</summary>
    /// <param name="options">What.</param>
    /// <param name="loggers">Where to log; not owned.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TunnelException">Something cannot start.</exception>
    public static Task RunAsync(ServiceRunOptions options, ILoggerFactory loggers, TextWriter error, CancellationToken cancellationToken) =>
        new ServiceRun(options, loggers.CreateLogger(options.Command)).RunAsync(loggers, error, cancellationToken);

    private async Task RunAsync(ILoggerFactory loggers, TextWriter error, CancellationToken cancellationToken)
    {
        // One that waits is enough: it reads what stands in the file then.
        var hangups = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using PosixSignalRegistration? hangup = _options.Reload is null ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            hangups.Writer.TryWrite(true);
        });
        var services = new ServiceSetOptions
        {
            Dialogue = new SshDialogue(text => LogTold(_logger, text)),
            Loggers = loggers,
            GatewayOnly = _options.GatewayOnly,
        };
        await using ServiceSet set = await ServiceSet.StartAsync(_options.Configuration, services, cancellationToken).ConfigureAwait(false);
        await using ControlSocket? control = OpenControl(set);
        try
        {
            _options.Greeting?.Invoke(set);
            ReadyLine.Write(set.Listening, _options.ReadyFile, error);
            Task? broken = _options.EndsWhenBroken ? set.Broken : null;
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task ending = broken is null ? Task.CompletedTask : EndAsync(broken, end);
            while (await WaitAsync(hangups.Reader, end.Token).ConfigureAwait(false)) await ReloadAsync(set, cancellationToken).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
            await ending.ConfigureAwait(false);
            if (broken is { IsCompleted: true } && !cancellationToken.IsCancellationRequested) await broken.ConfigureAwait(false);
        }
        finally
        {
            if (_options.ReadyFile is not null) File.Delete(_options.ReadyFile);
        }
    }

    private static async Task EndAsync(Task broken, CancellationTokenSource end)
    {
        await Task.WhenAny(broken, Task.Delay(Timeout.Infinite, end.Token)).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
    }

    private static async ValueTask<bool> WaitAsync(ChannelReader<bool> hangups, CancellationToken cancellationToken)
    {
        try
        {
            return await hangups.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task ReloadAsync(ServiceSet set, CancellationToken cancellationToken)
    {
        try
        {
            ReloadResult result = await set.ReloadAsync(_options.Reload!(), cancellationToken).ConfigureAwait(false);
            _lastReload = new ReloadStatus(DateTimeOffset.UtcNow, true, result.ToString());
            LogReloaded(_logger, result.ToString());
            if (_options.ReadyFile is not null) ReadyLine.WriteFile(_options.ReadyFile, set.Listening);
        }
        catch (TunnelException e)
        {
            string message = e.Message;
            _lastReload = new ReloadStatus(DateTimeOffset.UtcNow, false, message);
            LogNotReloaded(_logger, message);
        }
    }

    private ControlSocket? OpenControl(ServiceSet set)
    {
        try
        {
            string place = StateFolder.Locate(_options.Configuration.State ?? _options.Configuration.Gateway?.State);
            return ControlSocket.Open(StateFolder.Open(place), connections => Describe(set, connections), _logger);
        }
        catch (TunnelException e)
        {
            // What it serves does not depend on being seen.
            LogUnseen(_logger, e.Message);
            return null;
        }
    }

    private ProcessStatus Describe(ServiceSet set, int connections) => new()
    {
        Version = VersionCommand.Number,
        Pid = Environment.ProcessId,
        Command = _options.Command,
        File = _options.File is { } file && file != "-" ? Path.GetFullPath(file) : _options.File,
        Since = _since,
        LastReload = _lastReload,
        Sections = set.Status(connections),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Text}")]
    private static partial void LogTold(ILogger logger, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "reload: {Result}")]
    private static partial void LogReloaded(ILogger logger, string result);

    [LoggerMessage(Level = LogLevel.Error, Message = "reload: nothing is changed: {Reason}")]
    private static partial void LogNotReloaded(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}; adit status does not show this process")]
    private static partial void LogUnseen(ILogger logger, string reason);
}

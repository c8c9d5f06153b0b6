using System.Net;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Serving;

/// <summary>Logs connections that were turned away, one line a second at most, so that a flood of them does not become a flood of lines.</summary>
internal sealed partial class RefusalLog(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private long _last;
    private long _silent;
    private bool _any;

    public void Add(IPEndPoint? source, string why)
    {
        long silent;
        lock (_gate)
        {
            if (_any && time.GetElapsedTime(_last) < Pause)
            {
                _silent++;
                return;
            }

            _any = true;
            _last = time.GetTimestamp();
            silent = _silent;
            _silent = 0;
        }

        if (silent == 0) LogRefused(logger, source, why);
        else LogRefusedMany(logger, source, why, silent);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "connection from {Source} refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, IPEndPoint? source, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "connection from {Source} refused: {Reason} ({Count} more were refused before it)")]
    private static partial void LogRefusedMany(ILogger logger, IPEndPoint? source, string reason, long count);
}

using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Multiplexing;

public sealed partial class ControlMaster
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "ControlPersist timeout expired")]
    private static partial void LogExpired(ILogger logger);

    [LoggerMessage(Level = LogLevel.Debug, Message = "control socket: client: {Reason}")]
    private static partial void LogClientLost(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "multiplex uid mismatch: peer euid {Peer} != uid {Own}")]
    private static partial void LogStranger(ILogger logger, uint peer, uint own);

    [LoggerMessage(Level = LogLevel.Warning, Message = "control socket: clients: expected at most {Limit}, got one more")]
    private static partial void LogFull(ILogger logger, int limit);

    [LoggerMessage(Level = LogLevel.Warning, Message = "control socket: accept: {Reason}")]
    private static partial void LogNotAccepted(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path}: not removed: {Reason}")]
    private static partial void LogNotRemoved(ILogger logger, string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "control socket: unexpected failure")]
    private static partial void LogUnexpected(ILogger logger, Exception exception);
}

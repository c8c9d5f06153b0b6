using Microsoft.Extensions.Logging;

namespace Adit.Carriers.Http;

/// <summary>What it says.</summary>
public sealed partial class HttpCarrierDialer
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Hop}: rung {Number} ({Rung}) taken{Others}")]
    private static partial void LogTaken(ILogger logger, string hop, int number, string rung, string others);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Hop}: rung {Number} ({Rung}) does not pass: {Why}")]
    private static partial void LogFailed(ILogger logger, string hop, int number, string rung, string why);
}

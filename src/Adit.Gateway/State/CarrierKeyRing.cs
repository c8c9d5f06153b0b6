using System.Globalization;
using System.Text;
using Adit.Core;
using Adit.Core.Lifeline;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Gateway.State;

/// <summary>
/// The carrier keys of a gateway. Files are looked at again when a client asks, every two seconds at most: a key that was added counts from then on, and one that was taken away opens no path any more. Safe for several threads.
/// </summary>
internal sealed partial class CarrierKeyRing
{
    // Ours: how often the files are looked at.
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<string> _paths;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private CarrierKey[] _keys;
    private string _seen;
    private long _looked;

    /// <summary>Reads them.</summary>
    /// <param name="paths">Files, and folders with one key a peer.</param>
    /// <param name="logger">Told of what cannot be read later; null for nobody.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="TunnelException">One of them is none.</exception>
    public CarrierKeyRing(IReadOnlyList<string> paths, ILogger? logger, TimeProvider time)
    {
        (_paths, _logger, _time) = (paths, logger ?? NullLogger.Instance, time);
        (_seen, _looked) = (Look(), time.GetTimestamp());
        _keys = Distinct(paths.SelectMany(CarrierKeyFile.LoadAll));
    }

    /// <summary>The keys that count now.</summary>
    public IReadOnlyList<CarrierKey> Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_looked) < LookPause) return _keys;
                _looked = _time.GetTimestamp();
                string seen = Look();
                if (seen == _seen) return _keys;
                _seen = seen;
                _keys = Distinct(_paths.SelectMany(CarrierKeyFile.FilesOf).Select(Load).OfType<CarrierKey>());
                LogRead(_logger, _keys.Length);
                return _keys;
            }
        }
    }

    private static CarrierKey[] Distinct(IEnumerable<CarrierKey> keys) => [.. keys.DistinctBy(k => BitConverter.ToUInt32(k.Hint.Span))];

    private CarrierKey? Load(string file)
    {
        if (!File.Exists(file)) return null;
        try
        {
            return CarrierKeyFile.Load(file);
        }
        catch (TunnelException e)
        {
            LogBad(_logger, e.Message);
            return null;
        }
    }

    private string Look()
    {
        var text = new StringBuilder();
        try
        {
            foreach (string file in _paths.SelectMany(CarrierKeyFile.FilesOf))
            {
                var info = new FileInfo(file);
                text.Append(CultureInfo.InvariantCulture, $"{file} {(info.Exists ? info.Length : -1)} {(info.Exists ? info.LastWriteTimeUtc.Ticks : 0)} {(info.Exists && !OperatingSystem.IsWindows() ? (int)info.UnixFileMode : 0)}\n");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            text.Append(e.Message);
        }

        return text.ToString();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "carrier keys: read again, {Count} of them.")]
    private static partial void LogRead(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}; this key does not count.")]
    private static partial void LogBad(ILogger logger, string problem);
}

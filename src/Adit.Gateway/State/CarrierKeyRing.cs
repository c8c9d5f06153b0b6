using System.Globalization;
using System.Text;
using Adit.Core;
using Adit.Core.Lifeline;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Gateway.State;

/// <summary>
/// The carrier keys of a gateway. Files are looked at again when a client asks, every two seconds at most: a key that was added counts from then on, and one that was taken away opens no path any more. While a folder cannot be read those that were count on. Safe for several threads.
/// </summary>
internal sealed partial class CarrierKeyRing
{
    // Ours: how often the files are looked at.
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<string> _paths;
    private readonly Func<string, IEnumerable<string>> _files;
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
    /// <param name="files">The files that a path stands for; null for those of <see cref="CarrierKeyFile.FilesOf"/>.</param>
    /// <exception cref="TunnelException">One of them is none.</exception>
    public CarrierKeyRing(IReadOnlyList<string> paths, ILogger? logger, TimeProvider time, Func<string, IEnumerable<string>>? files = null)
    {
        (_paths, _logger, _time, _files) = (paths, logger ?? NullLogger.Instance, time, files ?? CarrierKeyFile.FilesOf);
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
                try
                {
                    _keys = Distinct(_paths.SelectMany(_files).Select(Load).OfType<CarrierKey>());
                    LogRead(_logger, _keys.Length);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    _seen = e.Message; // as of a look that fails: it is tried again as soon as one does not
                    LogUnread(_logger, e.Message);
                }

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
            foreach (string file in _paths.SelectMany(_files))
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "carrier keys: {Problem}; those that were read before count on.")]
    private static partial void LogUnread(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}; this key does not count.")]
    private static partial void LogBad(ILogger logger, string problem);
}

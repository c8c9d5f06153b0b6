using Adit.Core;
using Adit.Ssh.Keys;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Serving;

/// <summary>
/// One file of authorised keys. It is read again when it has changed, and judged at every login: while others could write to it, none of its
/// keys count (StrictModes of sshd). Safe for use by many threads.
/// </summary>
/// <param name="path">The file; it need not be there yet.</param>
/// <param name="upTo">The last folder that is judged; null for all up to the root.</param>
/// <param name="logger">Told what is wrong with it, once as long as it stays wrong.</param>
internal sealed partial class AuthorizedKeysFile(string path, string? upTo, ILogger logger)
{
    private readonly Lock _gate = new();
    private AuthorizedKeys _keys = AuthorizedKeys.FromLines([], path);
    private (DateTime Written, long Length)? _read;
    private string? _fault;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>The keys that count now.</summary>
    public AuthorizedKeys Read()
    {
        lock (_gate)
        {
            var file = new FileInfo(Path);
            if (!file.Exists)
            {
                _read = null;
                return _keys = AuthorizedKeys.FromLines([], Path);
            }

            if (StrictModes.TryFindFault(Path, upTo, out string? fault)) return Faulty(fault);
            (DateTime, long) seen = (file.LastWriteTimeUtc, file.Length);
            if (_read == seen && _fault is null) return _keys;
            try
            {
                _keys = AuthorizedKeys.Load(Path);
                _read = seen;
                _fault = null;
            }
            catch (TunnelException e)
            {
                return Faulty(e.Message);
            }

            LogRead(logger, Path, _keys.Entries.Count);
            foreach (string warning in _keys.Warnings.Take(20)) LogWarning(logger, warning);
            return _keys;
        }
    }

    private AuthorizedKeys Faulty(string fault)
    {
        if (_fault != fault) LogFault(logger, fault);
        _fault = fault;
        _read = null;
        return _keys = AuthorizedKeys.FromLines([], Path);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{File}: {Count} authorised keys")]
    private static partial void LogRead(ILogger logger, string file, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}; this line grants nothing")]
    private static partial void LogWarning(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}; no key of this file may log in until that is changed")]
    private static partial void LogFault(ILogger logger, string problem);
}

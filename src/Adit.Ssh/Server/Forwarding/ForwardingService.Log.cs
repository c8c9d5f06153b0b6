using System.Collections.Concurrent;
using System.Net;
using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>
/// What is counted and logged. An operator reads at Information what a session reached, each destination once, and all that was refused and why;
/// each channel by itself is at Debug.
/// </summary>
public sealed partial class ForwardingService
{
    /// <summary>Ours: destinations a session remembers to have logged, some hundred octets each; more are logged at Debug only.</summary>
    private const int MostLogged = 256;

    private readonly ConcurrentDictionary<string, bool> _logged = new();
    private long _opened;
    private long _refused;
    private long _failed;
    private long _fromClient;
    private long _toClient;

    /// <summary>What the session did so far.</summary>
    public ForwardingStatistics Statistics => new(
        Interlocked.Read(ref _opened), Interlocked.Read(ref _refused), Interlocked.Read(ref _failed), Interlocked.Read(ref _fromClient), Interlocked.Read(ref _toClient));

    void IForwardingObserver.OnRefusedByClient(Destination place, string why)
    {
        Interlocked.Increment(ref _failed);
        LogNotTaken(_logger, _options.Name, place, why);
    }

    Task IForwardingObserver.RelayAsync(string what, Destination place, IPEndPoint? from, SshChannel channel, DuplexStream stream) =>
        RelayAsync(what, place, from, channel, stream);

    private async Task RelayAsync(string what, Destination place, IPEndPoint? from, SshChannel channel, DuplexStream stream)
    {
        LogBegun(what, place, from, channel);
        RelayResult result = await StreamRelay.RunAsync(channel, stream).ConfigureAwait(false);
        Interlocked.Add(ref _fromClient, result.FromFirst);
        Interlocked.Add(ref _toClient, result.FromSecond);
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            LogEnded(_logger, _options.Name, channel.Id, Shown(place.ToString()), result.FromFirst, result.FromSecond, result.Error is null ? "both ended" : $"{(result.Failed == RelaySide.First ? "client" : "destination")}: {result.Error.Message}");
        }
    }

    private void LogBegun(string what, Destination place, IPEndPoint? from, SshChannel channel)
    {
        Interlocked.Increment(ref _opened);
        bool first = _logged.Count < MostLogged && _logger.IsEnabled(LogLevel.Information) && _logged.TryAdd($"{what} {place}", true);
        if (first || _logger.IsEnabled(LogLevel.Debug)) LogOpened(_logger, first ? LogLevel.Information : LogLevel.Debug, _options.Name, what, Shown(place.ToString()), channel.Id, from);
    }

    private void Refused(string what, string place, string rule)
    {
        Interlocked.Increment(ref _refused);
        LogRefused(_logger, _options.Name, what, place, rule);
    }

    [LoggerMessage(Message = "{Connection}: {What} {Destination}: channel {Channel} for {Originator}")]
    private static partial void LogOpened(ILogger logger, LogLevel level, string connection, string what, string destination, uint channel, IPEndPoint? originator);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Connection}: channel {Channel} of {Destination} ended: {FromClient} octets from the client, {ToClient} to it: {Reason}")]
    private static partial void LogEnded(ILogger logger, string connection, uint channel, string destination, long fromClient, long toClient, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: {What} {Destination}: refused: {Rule}")]
    private static partial void LogRefused(ILogger logger, string connection, string what, string destination, string rule);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: open {Destination}: failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string connection, Destination destination, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: listening on {Destination}")]
    private static partial void LogListening(ILogger logger, string connection, string destination);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: listen {Destination}: failed: {Reason}")]
    private static partial void LogNotBound(ILogger logger, string connection, string destination, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: listener {Destination} cancelled")]
    private static partial void LogCancelled(ILogger logger, string connection, string destination);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Connection}: listener {Destination}: the client did not take a stream: {Reason}")]
    private static partial void LogNotTaken(ILogger logger, string connection, Destination destination, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Connection}: channel type {Type}: not known")]
    private static partial void LogUnknownChannel(ILogger logger, string connection, string type);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Connection}: request {Name}: not known")]
    private static partial void LogUnknownRequest(ILogger logger, string connection, string name);
}

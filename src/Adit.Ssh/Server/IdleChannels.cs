using Adit.Core;
using Adit.Ssh.Channels;
using Adit.Ssh.Config;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Server;

/// <summary>
/// Closes channels that were idle for too long, and connections that had none (ChannelTimeout and UnusedConnectionTimeout of sshd_config(5)). It looks
/// now and then, and costs the data path nothing: a channel is active when its windows have changed.
/// </summary>
public sealed class IdleChannels
{
    // Ours: how late a timeout may be.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5);

    private readonly SshConnection _connection;
    private readonly IReadOnlyList<(string Pattern, TimeSpan Timeout)> _timeouts;
    private readonly TimeSpan? _unused;
    private readonly Action<string> _log;
    private readonly TimeProvider _time;
    private readonly Dictionary<SshChannel, (long Mark, long Since)> _seen = [];
    private readonly ITimer _timer;
    private long _lastUsed;

    /// <summary>Watches a connection until it ends.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="timeouts">Idle times by patterns of channel types, the first that matches counting; zero for none.</param>
    /// <param name="unused">How long the connection may have no channels; null for ever.</param>
    /// <param name="log">Told of each that is closed.</param>
    /// <param name="time">The clock.</param>
    public IdleChannels(SshConnection connection, IReadOnlyList<(string Pattern, TimeSpan Timeout)> timeouts, TimeSpan? unused, Action<string> log, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(time);
        _connection = connection;
        _timeouts = timeouts;
        _unused = unused;
        _log = log;
        _time = time;
        _lastUsed = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Check(), null, Look, Look);
        connection.Over.Register(_timer.Dispose);
    }

    /// <summary>Notes what a session is used for, so that <c>session:shell</c> and the like can match.</summary>
    public static ChannelVerdict Watch(ChannelVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return verdict.WithPreparation(channel =>
        {
            Func<string, ReadOnlyMemory<byte>, bool>? inner = channel.RequestReceived;
            channel.RequestReceived = (type, fields) =>
            {
                channel.Use = type switch
                {
                    "exec" => "session:command",
                    "shell" => "session:shell",
                    "subsystem" => $"session:subsystem:{(SubsystemFields.TryDecode(fields.Span, out SubsystemFields s, out _) == DecodeStatus.Ok ? s.Name : "")}",
                    _ => channel.Use,
                };
                return inner?.Invoke(type, fields) ?? false;
            };
        });
    }

    private void Check()
    {
        SshChannel[] channels = _connection.Channels();
        long now = _time.GetTimestamp();
        lock (_seen)
        {
            if (channels.Length > 0) _lastUsed = now;
            foreach (SshChannel gone in _seen.Keys.Except(channels).ToArray()) _seen.Remove(gone);
            foreach (SshChannel channel in channels) Check(channel, now);
        }

        if (_unused is { } limit && channels.Length == 0 && _time.GetElapsedTime(_lastUsed) >= limit)
        {
            _log("terminating inactive connection");
            _connection.Disconnect(DisconnectReason.ByApplication, "no open channels: UnusedConnectionTimeout");
            _timer.Dispose();
        }
    }

    private void Check(SshChannel channel, long now)
    {
        TimeSpan limit = LimitOf(channel.Use ?? NameOf(channel.ChannelType));
        if (limit <= TimeSpan.Zero) return;
        long mark = channel.ActivityMark;
        if (!_seen.TryGetValue(channel, out (long Mark, long Since) before) || before.Mark != mark)
        {
            _seen[channel] = (mark, now);
            return;
        }

        if (_time.GetElapsedTime(before.Since, now) < limit) return;
        _log($"channel {channel.Id}: closing after {limit.TotalSeconds:0} seconds of inactivity");
        channel.EndBothWays(new TunnelException(TunnelError.TimedOut, "ssh: channel: idle too long: ChannelTimeout"));
    }

    private TimeSpan LimitOf(string type)
    {
        foreach ((string pattern, TimeSpan timeout) in _timeouts)
        {
            if (SshPattern.IsMatch(type, pattern)) return timeout;
        }

        return TimeSpan.Zero;
    }

    // sshd_config(5) has names of its own for some types of RFC 4254 and PROTOCOL.
    private static string NameOf(string type) => type switch
    {
        "auth-agent@openssh.com" => "agent-connection",
        "x11" => "x11-connection",
        _ => type,
    };
}

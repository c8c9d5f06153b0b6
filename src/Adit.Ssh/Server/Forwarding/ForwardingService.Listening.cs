using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Platform.Libc;
using Adit.Ssh.Channels;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>Listeners that the client asks for, and their cancelling.</summary>
public sealed partial class ForwardingService
{
    private async ValueTask<GlobalRequestReply> ListenTcpAsync(TcpipForwardFields fields, CancellationToken cancellationToken)
    {
        if (fields.Port > 65535 || fields.Address.Length > 255 || fields.Address.Contains('\0', StringComparison.Ordinal))
        {
            Refused("listen", Shown($"{fields.Address}:{fields.Port}"), "ports are 0 to 65535");
            return default;
        }

        var at = new TcpDestination(fields.Address, (int)fields.Port);
        PolicyVerdict verdict = _policy.JudgeListen(at);
        if (verdict.Allowed) verdict = await JudgeAddressesAsync(at, cancellationToken).ConfigureAwait(false);
        if (!verdict.Allowed)
        {
            Refused("listen", Shown(at.ToString()), verdict.Rule);
            return default;
        }

        if (await ListenAsync(at, at, cancellationToken).ConfigureAwait(false) is not { } listener) return default;
        // RFC 4254 §7.1: the port is told only where 0 was asked for.
        return new GlobalRequestReply(true, at.Port == 0 ? SshChannel.Encode(new TcpipForwardReplyFields((uint)((TcpDestination)listener.Place).Port)) : default(ReadOnlyMemory<byte>));
    }

    private async ValueTask<GlobalRequestReply> ListenUnixAsync(string path, CancellationToken cancellationToken)
    {
        var asked = new UnixDestination(path);
        UnixDestination? at = IsPath(path) && Path.GetFileName(path) is { Length: > 0 } name && FileStatus.ResolvePath(Path.GetDirectoryName(path)!) is { } folder
            ? new UnixDestination(Path.Combine(folder, name))
            : null;
        PolicyVerdict verdict = at is null ? new PolicyVerdict(false, "streamlocal: absolute paths in folders that are there only") : _policy.JudgeListen(at);
        if (!verdict.Allowed)
        {
            Refused("listen", Shown(asked.ToString()), verdict.Rule);
            return default;
        }

        return new GlobalRequestReply(await ListenAsync(asked, at!, cancellationToken).ConfigureAwait(false) is not null);
    }

    /// <summary>Binds and starts a listener; null when it cannot be, which is logged.</summary>
    private async ValueTask<ForwardedListener?> ListenAsync(Destination asked, Destination at, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_listeners.Count >= _options.Listeners)
            {
                Refused("listen", Shown(asked.ToString()), $"at most {_options.Listeners} listeners a session");
                return null;
            }
        }

        IStreamListener bound;
        try
        {
            bound = await _binder.BindAsync(at, cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            Interlocked.Increment(ref _failed);
            LogNotBound(_logger, _options.Name, Shown(asked.ToString()), e.Message);
            return null;
        }

        var listener = new ForwardedListener(_connection, asked, bound, _options, this);
        bool late;
        lock (_lock)
        {
            late = _disposed;
            if (!late) _listeners.Add(listener);
        }

        if (late)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            return null;
        }

        LogListening(_logger, _options.Name, Shown(listener.Place.ToString()));
        listener.Start();
        return listener;
    }

    private async ValueTask<GlobalRequestReply> CancelAsync(Destination place)
    {
        ForwardedListener? listener;
        lock (_lock)
        {
            listener = _listeners.Find(l => l.Place == place);
            if (listener is not null) _listeners.Remove(listener);
        }

        if (listener is null) return default;
        await listener.DisposeAsync().ConfigureAwait(false);
        LogCancelled(_logger, _options.Name, Shown(place.ToString()));
        return new GlobalRequestReply(true);
    }

    private async ValueTask<PolicyVerdict> JudgeAddressesAsync(TcpDestination at, CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        if (at.Host is "" or "*") addresses = [IPAddress.Any, IPAddress.IPv6Any];
        else if (at.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) addresses = [IPAddress.Loopback, IPAddress.IPv6Loopback];
        else if (IPAddress.TryParse(at.Host, out IPAddress? literal)) addresses = [literal];
        else
        {
            try
            {
                addresses = await NameResolver.ResolveAsync(at.Host, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ArgumentException)
            {
                return new PolicyVerdict(false, "the name does not resolve");
            }
        }

        PolicyVerdict verdict = new(false, "the name has no address");
        foreach (IPAddress address in addresses)
        {
            verdict = _policy.JudgeBind(at, address);
            if (!verdict.Allowed) break;
        }

        return verdict;
    }
}

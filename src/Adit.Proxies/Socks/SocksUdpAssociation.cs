using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Serving;
using Adit.Wire;
using Adit.Wire.Socks;

namespace Adit.Proxies.Socks;

/// <summary>
/// UDP ASSOCIATE (RFC 1928 §7). Theory of operation: one socket faces the client, on the address by which it reached the proxy, and takes datagrams from the
/// host of the TCP connection only; the first of them fixes the port. Another socket for each family faces the destinations and takes datagrams only from those
/// that the client has sent to, lately; through hops, each destination is a flow of its own. Each is judged once. What cannot be sent is dropped, as UDP has it. The
/// association ends with its TCP connection.
/// </summary>
internal sealed class SocksUdpAssociation : IDisposable
{
    /// <summary>Ours: octets of the longest datagram and of the longest header before it.</summary>
    private const int BufferLength = 65_535 + SocksDatagram.LongestAddressHeader;

    /// <summary>Ours: names that are being resolved at once; datagrams to more are dropped.</summary>
    private const int MostResolving = 16;

    private readonly ProxyClient _client;
    private readonly ProxyAccess _access;
    private readonly Socket _inner;
    private readonly UdpFlowTable _flows;
    private readonly Lock _lock = new();
    private Socket? _outer4;
    private Socket? _outer6;
    private SocketAddress? _clientAddress;
    private int _resolving;
    private bool _disposed;

    private SocksUdpAssociation(ProxyClient client, ProxyAccess access, IPAddress at)
    {
        _client = client;
        _access = access;
        _flows = new UdpFlowTable(client.Service.Options.Limits.UdpFlows, client.Service.Options.Limits.UdpFlowTime, client.Service.Time);
        _inner = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _inner.Bind(new IPEndPoint(at, 0));
    }

    public static async Task ServeAsync(ProxyClient client, SocksServerHandshake handshake, ProxyAccess access)
    {
        SocksUdpAssociation association;
        try
        {
            if (client.Service.Options is { Via: not null, ViaDatagrams: null }) throw new TunnelException(TunnelError.NotSupported, "socks: UDP ASSOCIATE: expected CONNECT, for datagrams do not pass these hops");
            association = new SocksUdpAssociation(client, access, client.Socket?.LocalEndPoint?.Address ?? IPAddress.Loopback);
        }
        catch (Exception e) when (e is TunnelException or SocketException)
        {
            await SocksSession.RefuseAsync(client, handshake, access, e as TunnelException ?? new TunnelException(TunnelError.ResourceShortage, $"socks: UDP ASSOCIATE: {e.Message}")).ConfigureAwait(false);
            return;
        }

        using (association)
        {
            access.Reason = "each destination is judged";
            handshake.Reply(SocksReply.Succeeded, (IPEndPoint)association._inner.LocalEndPoint!);
            await client.WriteAsync(handshake.TakeOutput()).ConfigureAwait(false);
            _ = Task.Run(association.ReceiveFromClientAsync);
            client.Touch();
            do
            {
                client.Consume(client.Unread.Length);
            }
            while (await client.FillAsync().ConfigureAwait(false));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _flows.Clear();
            _inner.Dispose();
            _outer4?.Dispose();
            _outer6?.Dispose();
        }
    }

    private async Task ReceiveFromClientAsync()
    {
        IPAddress? host = _client.PeerAddress is { } peer ? AddressClassifier.Unwrap(peer) : null;
        var from = new SocketAddress(_inner.AddressFamily);
        await ReceiveAsync(_inner, from, async (buffer, offset, length) =>
        {
            if (_clientAddress is null)
            {
                var endPoint = (IPEndPoint)new IPEndPoint(IPAddress.Any, 0).Create(from);
                if (host is not null && !AddressClassifier.Unwrap(endPoint.Address).Equals(host)) return;
                _clientAddress = endPoint.Serialize();
            }

            if (!_clientAddress.Equals(from)) return;
            ReadOnlyMemory<byte> datagram = buffer.AsMemory(offset, length);
            if (SocksDatagram.TryDecode(datagram.Span, out SocksDatagram header, out int consumed) != DecodeStatus.Ok || header.Fragment != 0 || header.Port == 0) return;
            await ForwardAsync(header, datagram[consumed..]).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private async ValueTask ForwardAsync(SocksDatagram header, ReadOnlyMemory<byte> data)
    {
        if (_flows.Find(header.Host, header.Port) is { } flow)
        {
            await SendAsync(flow, data).ConfigureAwait(false);
            return;
        }

        PolicyRequest request = OriginDialing.RequestOf(_client, "socks", header.Host, header.Port);
        if (_client.Service.Options is { Via: not null, ViaDatagrams: { } via })
        {
            PolicyVerdict verdict = _client.Listener.Policy.Other.Judge(request);
            if (!verdict.Allowed) Deny(header, verdict);
            else if (Interlocked.Increment(ref _resolving) > MostResolving) Interlocked.Decrement(ref _resolving);
            else _ = DialAndSendAsync(via, header, request, data.ToArray());
            return;
        }

        if (IPAddress.TryParse(request.Host, out IPAddress? address))
        {
            if (Admit(header, request, [address]) is { } admitted) await SendAsync(admitted, data).ConfigureAwait(false);
            return;
        }

        if (Interlocked.Increment(ref _resolving) > MostResolving) Interlocked.Decrement(ref _resolving);
        else _ = ResolveAndSendAsync(header, request, data.ToArray());
    }

    private async Task DialAndSendAsync(IDatagramDialer via, SocksDatagram header, PolicyRequest request, byte[] data)
    {
        try
        {
            IDatagramFlow channel = await via.DialAsync(new DialRequest(new UdpDestination(request.Host, request.Port), _client.Source), _client.Stopping).ConfigureAwait(false);
            UdpFlow flow = _flows.Add(new UdpFlow(header.Host, header.Port, channel));
            _ = Task.Run(() => ReceiveFromChannelAsync(flow, channel));
            await SendAsync(flow, data).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            _client.Service.LogBroken(_client, $"socks: UDP {header.Host}:{header.Port}: {e.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _resolving);
        }
    }

    private async Task ReceiveFromChannelAsync(UdpFlow flow, IDatagramFlow channel)
    {
        try
        {
            while (await channel.WaitReceivableAsync(_client.Stopping).ConfigureAwait(false))
            {
                byte[] buffer = ArrayPool<byte>.Shared.Rent(SocksDatagram.LongestHeader + DatagramLimits.MaximumLength);
                try
                {
                    while (channel.TryReceive(buffer.AsSpan(flow.Header.Length), out int length))
                    {
                        if (_clientAddress is null) continue;
                        flow.Header.CopyTo(buffer.AsSpan());
                        await _inner.SendToAsync(buffer.AsMemory(0, flow.Header.Length + length), SocketFlags.None, _clientAddress).ConfigureAwait(false);
                        _access.Down += length;
                        _flows.Touch(flow);
                        _client.Touch();
                    }
                }
                catch (SocketException)
                {
                    // Too long for the way to the client: dropped.
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The flow is over.
        }
    }

    private async Task ResolveAndSendAsync(SocksDatagram header, PolicyRequest request, byte[] data)
    {
        try
        {
            if (_client.Listener.Policy.Other.DeniesUnresolved(request, out PolicyVerdict denied))
            {
                Deny(header, denied);
                return;
            }

            IPAddress[] addresses = await NameResolver.ResolveAsync(header.Host, cancellationToken: _client.Stopping).ConfigureAwait(false);
            if (Admit(header, request, addresses) is { } flow) await SendAsync(flow, data).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or OperationCanceledException)
        {
            // The name does not resolve: UDP has no answer for that.
        }
        finally
        {
            Interlocked.Decrement(ref _resolving);
        }
    }

    private UdpFlow? Admit(SocksDatagram header, PolicyRequest request, IPAddress[] addresses)
    {
        PolicyVerdict verdict = default;
        foreach (IPAddress address in addresses)
        {
            verdict = _client.Listener.Policy.Other.Judge(request with { Resolved = address });
            if (verdict.Allowed) return _flows.Add(header.Host, header.Port, new IPEndPoint(address, header.Port));
        }

        Deny(header, verdict);
        return null;
    }

    // Remembered, so that a stream of datagrams is one line of the log.
    private void Deny(SocksDatagram header, PolicyVerdict verdict)
    {
        _flows.Add(header.Host, header.Port, null);
        ProxyAccess denied = _client.NewAccess("socks5", "UDP", header.Host, header.Port);
        (denied.Verdict, denied.Reason) = (ProxyVerdict.Denied, verdict.Rule);
        _client.Service.LogRefusal(denied);
        _client.Service.Finish(denied);
    }

    private async ValueTask SendAsync(UdpFlow flow, ReadOnlyMemory<byte> data)
    {
        if (flow.Channel is { } channel)
        {
            if (!channel.TrySend(data.Span)) return;
            _access.Up += data.Length;
            _client.Touch();
            return;
        }

        if (flow.Address is null || OuterOf(flow.Family) is not { } socket) return;
        try
        {
            await socket.SendToAsync(data, SocketFlags.None, flow.Address).ConfigureAwait(false);
            _access.Up += data.Length;
            _client.Touch();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // No route, too long, or over: dropped.
        }
    }

    private Socket? OuterOf(AddressFamily family)
    {
        lock (_lock)
        {
            if (_disposed) return null;
            ref Socket? socket = ref family == AddressFamily.InterNetwork ? ref _outer4 : ref _outer6;
            if (socket is null)
            {
                socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
                if (family == AddressFamily.InterNetworkV6) socket.DualMode = false;
                if (_client.Service.Options.Mark != 0) socket.SetRawSocketOption(1 /* SOL_SOCKET */, 36 /* SO_MARK */, BitConverter.GetBytes(_client.Service.Options.Mark));
                socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
                Socket opened = socket;
                _ = Task.Run(() => ReceiveFromDestinationsAsync(opened));
            }

            return socket;
        }
    }

    private async Task ReceiveFromDestinationsAsync(Socket socket)
    {
        var from = new SocketAddress(socket.AddressFamily);
        await ReceiveAsync(socket, from, async (buffer, offset, length) =>
        {
            if (_clientAddress is null || _flows.FindSender(from) is not { } flow) return;
            flow.Header.CopyTo(buffer.AsSpan(offset - flow.Header.Length));
            await _inner.SendToAsync(buffer.AsMemory(offset - flow.Header.Length, flow.Header.Length + length), SocketFlags.None, _clientAddress).ConfigureAwait(false);
            _access.Down += length;
            _client.Touch();
        }).ConfigureAwait(false);
    }

    // Waits without a buffer: one octet is peeked at, then all that is there is read into a pooled one.
    private static async Task ReceiveAsync(Socket socket, SocketAddress from, Func<byte[], int, int, ValueTask> take)
    {
        byte[] one = new byte[1];
        try
        {
            while (true)
            {
                await socket.ReceiveFromAsync(one, SocketFlags.Peek, from).ConfigureAwait(false);
                byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
                try
                {
                    do
                    {
                        int length = await socket.ReceiveFromAsync(buffer.AsMemory(SocksDatagram.LongestAddressHeader), SocketFlags.None, from).ConfigureAwait(false);
                        try
                        {
                            await take(buffer, SocksDatagram.LongestAddressHeader, length).ConfigureAwait(false);
                        }
                        catch (SocketException)
                        {
                            // That one is dropped.
                        }
                    }
                    while (socket.Available > 0);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The association is over.
        }
    }
}

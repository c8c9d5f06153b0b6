using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Adit.Wire;
using Adit.Wire.ProxyProtocol;
using Microsoft.AspNetCore.Connections;

namespace Adit.Gateway.Listeners.Http;

/// <summary>
/// Connections of the configured proxies, which may begin with a header of the PROXY protocol: its source is then the connection's. Neither TLS nor a request begins
/// like one. From anybody else it is octets like others.
/// </summary>
/// <param name="next">What serves the connection.</param>
/// <param name="trusted">The proxies' networks.</param>
internal sealed class ProxiedConnections(ConnectionDelegate next, IReadOnlyList<IPNetwork> trusted)
{
    // Ours: as long as a head may take.
    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(10);

    /// <summary>Serves one connection to its end.</summary>
    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (connection.RemoteEndPoint is IPEndPoint peer && IsTrusted(peer.Address) && !await TakeHeaderAsync(connection).ConfigureAwait(false)) return;
        await next(connection).ConfigureAwait(false);
    }

    private static async Task<bool> TakeHeaderAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(HeaderTime);
        PipeReader input = connection.Transport.Input;
        try
        {
            while (true)
            {
                ReadResult result = await input.ReadAsync(limit.Token).ConfigureAwait(false);
                ReadOnlySequence<byte> there = result.Buffer;
                byte[] octets = there.Slice(0, Math.Min(there.Length, ProxyHeader.LongestVersion2)).ToArray();
                if (octets.Length > 0 && !Begins(octets, ProxyHeader.Signature) && !Begins(octets, "PROXY "u8))
                {
                    input.AdvanceTo(there.Start);
                    return true;
                }

                DecodeStatus status = ProxyHeader.TryDecode(octets, out ProxyHeader header, out int consumed);
                if (status == DecodeStatus.Ok)
                {
                    input.AdvanceTo(there.GetPosition(consumed));
                    if (header.Source is { } source) connection.RemoteEndPoint = source;
                    return true;
                }

                input.AdvanceTo(there.Start, there.End);
                if (status != DecodeStatus.Truncated || result.IsCompleted) return false;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Begins(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> with)
    {
        int length = Math.Min(octets.Length, with.Length);
        return octets[..length].SequenceEqual(with[..length]);
    }

    private bool IsTrusted(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return trusted.Any(n => n.Contains(plain));
    }
}

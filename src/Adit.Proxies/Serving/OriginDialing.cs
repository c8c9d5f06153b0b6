using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Wire.ProxyProtocol;

namespace Adit.Proxies.Serving;

/// <summary>Judges a destination and dials it. A literal address is judged and dialled as what it means, however it is spelled.</summary>
internal static class OriginDialing
{
    /// <summary>Dials for a client.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="policy">The listener's policy for the protocol.</param>
    /// <param name="service">The protocol, in the words of <see cref="RuleConditions"/>.</param>
    /// <param name="access">Takes the rule, and the verdict where it is none.</param>
    /// <returns>The stream, which the caller owns.</returns>
    /// <exception cref="TunnelException"><see cref="TunnelError.PermissionDenied"/> where the policy forbids it.</exception>
    public static async ValueTask<DuplexStream> DialAsync(ProxyClient client, DestinationPolicy policy, string service, ProxyAccess access)
    {
        ProxyOptions options = client.Service.Options;
        PolicyRequest request = RequestOf(client, service, access.Host, access.Port);
        if (policy.DeniesUnresolved(request, out PolicyVerdict denied)) throw Refuse(access, denied);
        client.SetDeadline(options.Limits.DialTime + TimeSpan.FromSeconds(5));
        var dial = new DialRequest(new TcpDestination(request.Host, request.Port), client.Source);
        DuplexStream stream;
        try
        {
            if (options.Via is { } via)
            {
                PolicyVerdict verdict = policy.Judge(request);
                if (!verdict.Allowed) throw Refuse(access, verdict);
                access.Reason = verdict.Rule;
                stream = await via.DialAsync(dial, client.Stopping).ConfigureAwait(false);
            }
            else
            {
                var judge = new AddressJudge(policy, request);
                try
                {
                    stream = await new SocketDialer(options.Limits.DialTime, judge: judge.Judge, mark: options.Mark).DialAsync(dial, client.Stopping).ConfigureAwait(false);
                    access.Reason = judge.Allowed;
                }
                catch (TunnelException e) when (e.Error == TunnelError.PermissionDenied && judge.Denied is { } verdict)
                {
                    throw Refuse(access, verdict);
                }
            }
        }
        catch (TunnelException e) when (access.Verdict == ProxyVerdict.Allowed)
        {
            (access.Verdict, access.Reason) = (ProxyVerdict.Failed, e.Message);
            throw;
        }
        catch (OperationCanceledException e)
        {
            (access.Verdict, access.Reason) = (ProxyVerdict.Failed, $"connect to {access.Target}: gave up");
            throw new TunnelException(TunnelError.TimedOut, access.Reason, null, e);
        }

        if (options.ProxyHeaderVersion != 0) await SendProxyHeaderAsync(client, options, stream).ConfigureAwait(false);
        return stream;
    }

    /// <summary>What the policy judges.</summary>
    public static PolicyRequest RequestOf(ProxyClient client, string service, string host, int port) => new(Canonical(host), port)
    {
        User = client.User,
        Listener = client.Listener.Name,
        Source = client.Source?.Address,
        Service = service,
    };

    /// <summary>Notes a refusal and makes its exception.</summary>
    public static TunnelException Refuse(ProxyAccess access, PolicyVerdict verdict)
    {
        (access.Verdict, access.Reason) = (ProxyVerdict.Denied, verdict.Rule);
        return new TunnelException(TunnelError.PermissionDenied, $"{access.Target}: {verdict.Rule}");
    }

    // 127.1, 2130706433 and 0x7f.1 are what inet_aton(3) takes them for, here and at every hop.
    private static string Canonical(string host) => host.Length > 0 && (char.IsAsciiDigit(host[0]) || host.Contains(':', StringComparison.Ordinal)) && IPAddress.TryParse(host, out IPAddress? address) ? address.ToString() : host;

    private static async Task SendProxyHeaderAsync(ProxyClient client, ProxyOptions options, DuplexStream stream)
    {
        var header = new ProxyHeader(client.Source, client.ToldDestination ?? client.Socket?.LocalEndPoint);
        try
        {
            await stream.WriteAsync(options.ProxyHeaderVersion == 1 ? header.ToVersion1() : header.ToVersion2(), client.Stopping).ConfigureAwait(false);
        }
        catch
        {
            stream.Abort(TunnelError.Closed);
            throw;
        }
    }

    private sealed class AddressJudge(DestinationPolicy policy, PolicyRequest request)
    {
        public PolicyVerdict? Denied { get; private set; }

        public string Allowed { get; private set; } = "";

        public string? Judge(IPAddress address)
        {
            PolicyVerdict verdict = policy.Judge(request with { Resolved = address });
            if (verdict.Allowed) Allowed = verdict.Rule;
            else Denied = verdict;
            return verdict.Allowed ? null : verdict.Rule;
        }
    }
}

using System.Net;
using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Policy;
using Adit.Ssh.Channels;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>UDP for the client (docs/UDP.md): a destination is judged as one of TCP with the same host and port is, by key and policy, on the resolved address.</summary>
public sealed partial class ForwardingService
{
    private async ValueTask<ChannelVerdict> OpenUdpAsync(TcpipOpenFields fields, CancellationToken cancellationToken)
    {
        if (RefuseImpossible(fields) is { } impossible) return impossible;
        var judged = new TcpDestination(fields.Host, (int)fields.Port);
        var to = new UdpDestination(fields.Host, (int)fields.Port);
        PolicyVerdict verdict = _policy.JudgeOpen(judged);
        if (!verdict.Allowed) return Prohibited("open", to, verdict.Rule);
        string? rule = null;
        var dialer = new UdpDialer(_options.ConnectTimeout, judge: address =>
        {
            PolicyVerdict said = _policy.JudgeAddress(judged, address);
            return said.Allowed ? null : rule = said.Rule;
        });
        try
        {
            IDatagramFlow flow = await dialer.DialAsync(new DialRequest(to), cancellationToken).ConfigureAwait(false);
            return ChannelVerdict.Accept(channel => RelayAsync(to, OriginatorOf(fields), channel, flow), held: flow as IDisposable);
        }
        catch (TunnelException e)
        {
            if (e.Error == TunnelError.PermissionDenied && rule is not null) return Prohibited("open", to, rule);
            Interlocked.Increment(ref _failed);
            LogFailed(_logger, _options.Name, to, e.Message);
            return ChannelVerdict.Refuse(ChannelOpenFailureReason.ConnectFailed, e.Message);
        }
    }

    private async Task RelayAsync(UdpDestination to, IPEndPoint? from, SshChannel channel, IDatagramFlow flow)
    {
        LogBegun("open", to, from, channel);
        DatagramRelayResult result = await DatagramRelay.RunAsync(new FramedFlow(channel), flow, _options.DatagramIdle).ConfigureAwait(false);
        LogFlowEnded(_logger, _options.Name, channel.Id, Shown(to.ToString()), result.FromFirst, result.FromSecond, result.Dropped);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Connection}: channel {Channel} of {Destination} ended: {FromClient} datagrams from the client, {ToClient} to it, {Dropped} dropped")]
    private static partial void LogFlowEnded(ILogger logger, string connection, uint channel, string destination, long fromClient, long toClient, long dropped);
}

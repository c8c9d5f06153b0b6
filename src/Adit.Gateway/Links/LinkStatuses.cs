using Adit.Core.Links;
using Adit.Gateway.Configuration;
using Adit.Gateway.Status;
using Adit.Links.Gre;

namespace Adit.Gateway.Links;

/// <summary>From a running link to what is told of it.</summary>
internal static class LinkStatuses
{
    private static readonly DropReason[] Reasons = [.. Enum.GetValues<DropReason>().Where(r => r is not (DropReason.None or DropReason.Consumed))];

    public static LinkStatus Of(LinkConfiguration link, RunningLink running)
    {
        LinkCounters inside = running.Tunnel.Counters;
        LinkCounters? outside = running.Delivery?.Counters;
        (string state, string? problem) = StateOf(running);
        return new LinkStatus
        {
            Type = LinkTypes.Of(link.Type!.Value).Word,
            Device = running.Device.Name,
            Mtu = running.Mtu,
            State = state,
            Problem = problem,
            Protected = LinkProtection.IsProtected(link),
            Sent = Sent(inside),
            Received = Received(inside),
            SentOutside = outside is null ? null : Sent(outside),
            ReceivedOutside = outside is null ? null : Received(outside),
            Drops = Drops(running.Device.Counters, inside, outside),
            Captures = [.. running.Captures.Select(c => new CaptureStatus(c.Path, c.Packets, c.Missed))],
        };
    }

    private static (string State, string? Problem) StateOf(RunningLink running)
    {
        if (running.Ended.IsFaulted) return ("failed", running.Ended.Exception.InnerException?.Message);
        if (running.Guard?.Problem is { } loop) return ("loop", loop);
        if (running.Tunnel is GreLink { Keepalives: KeepaliveState.Dead }) return ("silent", "no answer to keepalives");
        if (running.Tunnel is RenewedLink { Problem: { } problem }) return ("connecting", problem);
        return ("up", null);
    }

    private static LinkFlow Sent(LinkCounters c) => LinkFlow.Of(c.SentPackets, c.SentSegments, c.SentOctets, c.SendCalls);

    private static LinkFlow Received(LinkCounters c) => LinkFlow.Of(c.ReceivedPackets, c.ReceivedSegments, c.ReceivedOctets, c.ReceiveCalls);

    private static Dictionary<string, long> Drops(params LinkCounters?[] all)
    {
        var drops = new Dictionary<string, long>();
        foreach (DropReason reason in Reasons)
        {
            long count = all.Sum(c => c?.DroppedFor(reason) ?? 0);
            if (count > 0) drops[System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString())] = count;
        }

        return drops;
    }
}

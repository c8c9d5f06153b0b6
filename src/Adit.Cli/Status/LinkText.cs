using System.Globalization;
using Adit.Gateway.Status;

namespace Adit.Cli.Status;

/// <summary>What a link tells, for a person.</summary>
internal static class LinkText
{
    /// <summary>Lines below the one that names the link.</summary>
    public static IEnumerable<string> Lines(LinkStatus link)
    {
        yield return $"{link.Type} {link.State}{(link.Problem is { } problem ? $": {problem}" : "")}; MTU {link.Mtu.ToString(CultureInfo.InvariantCulture)}; {(link.Protected ? "protected" : "neither encrypted nor authenticated")}";
        yield return $"sent     {Flow(link.Sent)}{(link.SentOutside is { } sent ? $"; outside {Batches(sent)}" : "")}";
        yield return $"received {Flow(link.Received)}{(link.ReceivedOutside is { } received ? $"; outside {Batches(received)}" : "")}";
        if (link.Drops.Count > 0) yield return $"dropped  {string.Join(", ", link.Drops.OrderByDescending(d => d.Value).Select(d => $"{d.Key} {Number(d.Value)}"))}";
        foreach (CaptureStatus capture in link.Captures) yield return $"recorded {Number(capture.Packets)} packets in {capture.File}{(capture.Missed > 0 ? $", missed {Number(capture.Missed)}" : "")}";
    }

    /// <summary>The short form for a list: drops of all reasons, and segments in a batch both ways.</summary>
    public static string Summary(LinkStatus link) =>
        $"{link.Device} {link.State}: {Number(link.Sent.Segments)} sent, {Number(link.Received.Segments)} received, {Number(link.Drops.Values.Sum())} dropped; {Ratio(link.SentOutside ?? link.Sent)} and {Ratio(link.ReceivedOutside ?? link.Received)} a batch";

    private static string Flow(LinkFlow flow) => $"{Number(flow.Segments)} packets, {Quantities.Octets(flow.Octets)}, {Batches(flow)}";

    private static string Batches(LinkFlow flow) => $"{Ratio(flow)} a batch";

    private static string Ratio(LinkFlow flow) => flow.SegmentsPerBatch.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

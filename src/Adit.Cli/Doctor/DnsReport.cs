using System.Globalization;
using System.Text.Json;
using Adit.Carriers.Dns;
using Adit.Core.Hops;
using Adit.Gateway.Doctor;

namespace Adit.Cli.Doctor;

/// <summary>What <c>adit doctor dns://DOMAIN</c> found.</summary>
internal static class DnsReport
{
    /// <summary>For people: a line for each probe, what a client would do, and advice.</summary>
    public static void WriteText(HopUri hop, IReadOnlyList<DnsFinding> findings, TextWriter to)
    {
        foreach (DnsFinding f in findings)
        {
            to.WriteLine($"{f.Domain.ToString().TrimEnd('.')} through {f.Resolver}");
            foreach (DnsProbeOutcome o in f.Outcomes)
                to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(o.IsWell ? "passes" : "fails"),-7} {o.Kind.What,-46} {(o.IsWell ? $"{o.Elapsed.TotalMilliseconds,5:0} ms" : Why(o))}"));
            if (f.Shape is { } shape)
            {
                to.WriteLine($"  a client writes names of {shape.NameLength} octets in {DnsShape.NameOf(shape.Encoding)} ({shape.Upstream(f.Domain)} octets up a query), asks for {DnsShape.NameOf(shape.Type)} ({shape.Downstream(f.Domain)} octets down)"
                    + (shape.Jumbo > 0 ? string.Create(CultureInfo.InvariantCulture, $", and fetches {shape.Jumbo} octets an answer by TCP") : ""));
                to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  round trip {f.RoundTrip?.TotalMilliseconds:0} ms, answers may be held for {f.Hold?.TotalMilliseconds ?? 0:0} ms; a short burst brought {f.Download / 1000:0} kB/s down and {f.Upload / 1000:0} kB/s up, a transfer more"));
            }

            to.WriteLine($"  {f.Advice}");
        }

        to.WriteLine(findings.Any(f => f.Shape is not null) ? $"try: adit ssh --via '{hop}{(hop.Query.Count == 0 ? '?' : '&')}key=FILE' me@gateway" : $"{hop}: nothing passes");
    }

    /// <summary>For programs: one object.</summary>
    public static void WriteJson(HopUri hop, IReadOnlyList<DnsFinding> findings, TextWriter to)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("hop", hop.ToString());
            json.WriteStartArray("routes");
            foreach (DnsFinding f in findings) Write(json, f);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        to.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void Write(Utf8JsonWriter json, DnsFinding f)
    {
        json.WriteStartObject();
        json.WriteString("resolver", f.Resolver.ToString());
        json.WriteString("domain", f.Domain.ToString());
        json.WriteBoolean("passes", f.Shape is not null);
        if (f.Shape is { } shape)
        {
            json.WriteString("encoding", DnsShape.NameOf(shape.Encoding));
            json.WriteNumber("nameLength", shape.NameLength);
            json.WriteString("type", DnsShape.NameOf(shape.Type));
            json.WriteBoolean("edns", shape.HasEdns);
            json.WriteNumber("jumbo", shape.Jumbo);
            json.WriteNumber("octetsUp", shape.Upstream(f.Domain));
            json.WriteNumber("octetsDown", shape.Downstream(f.Domain));
        }

        if (f.RoundTrip is { } trip) json.WriteNumber("roundTripMilliseconds", Math.Round(trip.TotalMilliseconds, 1));
        if (f.Hold is { } hold) json.WriteNumber("holdMilliseconds", hold.TotalMilliseconds);
        if (f.Download is { } down) json.WriteNumber("burstDownOctetsPerSecond", Math.Round(down));
        if (f.Upload is { } up) json.WriteNumber("burstUpOctetsPerSecond", Math.Round(up));
        json.WriteString("advice", f.Advice);
        json.WriteStartArray("probes");
        foreach (DnsProbeOutcome o in f.Outcomes)
        {
            json.WriteStartObject();
            json.WriteString("what", o.Kind.What);
            json.WriteBoolean("passes", o.IsWell);
            if (o.IsWell) json.WriteNumber("milliseconds", Math.Round(o.Elapsed.TotalMilliseconds, 1));
            else json.WriteString("why", Why(o));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Why(DnsProbeOutcome outcome) =>
        outcome.IsTruncated ? "cut short" : outcome.Code switch { null => "no answer", Adit.Wire.Dns.DnsResponseCode.NoError => "changed on the way", { } code => code.ToString() };
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Adit.Cli.Logging;
using Adit.Core.Hops;
using Adit.Gateway.Doctor;

namespace Adit.Cli.Doctor;

/// <summary>What <c>adit doctor TARGET</c> found. No password is shown.</summary>
/// <param name="target">Whom the ways should reach.</param>
/// <param name="results">What became of each.</param>
internal sealed class PathReport(DoctorTarget target, IReadOnlyList<WayResult> results)
{
    private static readonly string[] Unencrypted = ["connect", "socks4", "socks4a", "socks5", "socks5h"];

    /// <summary>The way to take; null where none passes.</summary>
    public WayResult? Best { get; } = PathDoctor.Best(results);

    /// <summary>The command that takes a way.</summary>
    public string CommandOf(Way way)
    {
        var command = new StringBuilder("adit ssh");
        if (target.ConfigFile is { } config) command.Append(" -F ").Append(Quote(config));
        if (target.IdentityFile is { } identity) command.Append(" -i ").Append(Quote(identity));
        if (target.IsRouted) command.Append(" -o ProxyJump=none -o ProxyCommand=none");
        foreach (string hop in way.Texts) command.Append(" --via ").Append(Quote(LogText.WithoutPasswords(hop)));
        if (way.Port != target.Resolve().Port || target.Destination.Port is not null) command.Append(CultureInfo.InvariantCulture, $" -p {way.Port}");
        string host = target.Destination.Host;
        return command.Append(' ').Append(Quote(target.Destination.User is { } user ? $"{user}@{host}" : host)).ToString();
    }

    /// <summary>For people: two lines for each way, those that pass first, and the command for the best.</summary>
    public void WriteText(TextWriter to)
    {
        foreach (WayResult each in results.OrderByDescending(r => r == Best).ThenByDescending(r => r.Passes))
        {
            string origin = each.Way.Origin is "given" or "direct" ? "" : $"  ({each.Way.Origin})";
            to.WriteLine($"{(each.Passes ? "pass" : "fail")}  {Safe(each.Way.ToString())}{origin}");
            to.WriteLine($"      {(each.Passes ? Measures(each) : Safe(each.Message!))}");
            if (!each.Passes) to.WriteLine($"      → {each.Advice}");
            else if (each.LoginWords is { } words) to.WriteLine($"      no speed: {Safe(words)}");
            if (each.Passes && NoteOf(each.Way) is { } note) to.WriteLine($"      note: {note}");
        }

        to.WriteLine(Best is null ? $"none of {results.Count} ways leads to {target.Destination}" : $"best of {results.Count(r => r.Passes)} that pass, of {results.Count}:\n  {Safe(CommandOf(Best.Way))}");
    }

    /// <summary>For programs: one object.</summary>
    public void WriteJson(TextWriter to)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("target", target.Destination.ToString());
            json.WriteBoolean("passes", Best is not null);
            json.WriteString("command", Best is null ? null : Safe(CommandOf(Best.Way)));
            json.WriteStartArray("ways");
            foreach (WayResult each in results) Write(json, each);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        to.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private void Write(Utf8JsonWriter json, WayResult each)
    {
        json.WriteStartObject();
        json.WriteStartArray("via");
        foreach (string hop in each.Way.Texts) json.WriteStringValue(Safe(hop));
        json.WriteEndArray();
        if (each.Way.IsFixed) json.WriteNull("port");
        else json.WriteNumber("port", each.Way.Port);
        json.WriteString("origin", each.Way.Origin);
        json.WriteBoolean("passes", each.Passes);
        json.WriteBoolean("best", each == Best);
        json.WriteString("command", Safe(CommandOf(each.Way)));
        WriteMilliseconds(json, "connectMilliseconds", each.Connected);
        WriteMilliseconds(json, "bannerMilliseconds", each.Banner);
        WriteMilliseconds(json, "roundTripMilliseconds", each.RoundTrip);
        WriteNumber(json, "uploadOctetsPerSecond", each.Upload);
        WriteNumber(json, "downloadOctetsPerSecond", each.Download);
        json.WriteString("identification", each.Identification is null ? null : Safe(each.Identification));
        json.WriteString("rung", each.Rung);
        if (each.LoggedIn is { } loggedIn) json.WriteBoolean("loggedIn", loggedIn);
        else json.WriteNull("loggedIn");
        json.WriteString("loginMessage", each.LoginWords is null ? null : Safe(each.LoginWords));
        json.WriteString("note", NoteOf(each.Way));
        json.WriteString("error", each.Error?.ToString());
        json.WriteString("message", each.Message is null ? null : Safe(each.Message));
        json.WriteString("advice", each.Advice);
        json.WriteEndObject();
    }

    private static string Measures(WayResult each)
    {
        var text = new StringBuilder($"banner {Time(each.Banner!.Value)}");
        if (each.RoundTrip is { } roundTrip) text.Append($", round trip {Time(roundTrip)}");
        if (each.Upload is { } up) text.Append($", up {Rate(up)}");
        if (each.Download is { } down) text.Append($", down {Rate(down)}");
        if (each.Rung is { } rung) text.Append($", {rung}");
        text.Append($", {Safe(each.Identification!)}");
        if (each.LoggedIn == true) text.Append(", logged in");
        return text.ToString();
    }

    /// <summary>What a person should know before taking a way.</summary>
    private static string? NoteOf(Way way)
    {
        HopUri? open = way.Hops.FirstOrDefault(h => Unencrypted.Contains(h.Scheme.Name) && (h.Password is not null || h.AuthFile is not null));
        return open is null ? null : $"the credentials of {Safe(open.ToString())} go to it unencrypted (Digest excepted)";
    }

    private static string Time(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(time.TotalMilliseconds < 10 ? Math.Round(time.TotalMilliseconds, 1) : Math.Round(time.TotalMilliseconds))} ms");

    private static string Rate(double octets) => octets >= 1e6
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(octets / 1e6, octets < 1e7 ? 1 : 0)} MB/s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Round(octets / 1e3)} kB/s");

    private static void WriteMilliseconds(Utf8JsonWriter json, string name, TimeSpan? time) => WriteNumber(json, name, time is { } t ? Math.Round(t.TotalMilliseconds, 2) : null);

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, Math.Round(number, 2));
        else json.WriteNull(name);
    }

    // For a shell: as it is where nothing in it means anything to one.
    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "@%+=:,./_-".Contains(c, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Safe(string text)
    {
        var safe = new StringBuilder();
        LogText.AppendSafe(safe, text);
        return safe.ToString();
    }
}

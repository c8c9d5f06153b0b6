using System.Text.Json;
using Adit.Cli.Logging;
using Adit.Core;
using Adit.Proxies.Audit;

namespace Adit.Cli.Doctor;

/// <summary>What <c>adit doctor proxy HOST:PORT</c> found.</summary>
internal static class ProxyReport
{
    /// <summary>For people: a line for each request, and a verdict.</summary>
    public static void WriteText(TcpDestination proxy, IReadOnlyList<AuditFinding> findings, TextWriter to)
    {
        foreach (AuditFinding f in findings)
        {
            var answer = new System.Text.StringBuilder();
            LogText.AppendSafe(answer, f.Answer);
            to.WriteLine($"{(f.IsHole ? "HOLE" : "ok"),-5} {f.Protocol,-8} {f.Kind,-9} {f.Target,-26} {WordOf(f.Outcome)}: {answer}");
        }

        int holes = findings.Count(f => f.IsHole);
        to.WriteLine(
            holes > 0 ? $"{proxy}: open: {holes} of {findings.Count} requests of a stranger got through or were tried"
            : findings.All(f => f.Outcome == AuditOutcome.NotSpoken) ? $"{proxy}: no proxy: neither HTTP nor SOCKS is spoken there"
            : findings.Any(f => f.Outcome == AuditOutcome.Unclear) ? $"{proxy}: no hole found; {findings.Count(f => f.Outcome == AuditOutcome.Unclear)} answers may mean a refusal or a failure"
            : $"{proxy}: no hole found");
    }

    /// <summary>For programs: one object.</summary>
    public static void WriteJson(TcpDestination proxy, IReadOnlyList<AuditFinding> findings, TextWriter to)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("proxy", proxy.ToString());
            json.WriteBoolean("open", findings.Any(f => f.IsHole));
            json.WriteStartArray("findings");
            foreach (AuditFinding f in findings)
            {
                json.WriteStartObject();
                json.WriteString("protocol", f.Protocol);
                json.WriteString("kind", f.Kind);
                json.WriteString("target", f.Target);
                json.WriteString("outcome", WordOf(f.Outcome));
                json.WriteBoolean("hole", f.IsHole);
                json.WriteString("answer", f.Answer);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        to.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static string WordOf(AuditOutcome outcome) => outcome switch
    {
        AuditOutcome.Refused => "refused",
        AuditOutcome.AuthenticationRequired => "password required",
        AuditOutcome.Granted => "granted",
        AuditOutcome.Tried => "tried",
        AuditOutcome.NotSpoken => "not spoken",
        _ => "unclear",
    };
}

using System.CommandLine;
using System.Text.Json;
using Adit.Cli.CommandLine;
using Adit.Cli.Logging;
using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Proxies.Audit;

namespace Adit.Cli.Doctor;

/// <summary><c>adit doctor proxy HOST:PORT</c>: audits a proxy for what strangers should not reach through it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var target = new Argument<string[]>("TARGET") { Description = "What to examine: proxy HOST:PORT", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--output") { Description = "The form of the report", DefaultValueFactory = _ => "text", HelpName = "text|json" };
        output.AcceptOnlyFromAmong("text", "json");
        var timeout = new Option<int>("--timeout") { Description = "Seconds that one answer may take, 1 to 600", DefaultValueFactory = _ => 5, HelpName = "SECONDS" };
        var command = new Verb(
            "doctor",
            "Examine a proxy for the holes of an open one. " +
            "It asks, without a password, for CONNECT to ports other than 443, and by every protocol for loopback, private and metadata addresses (VU#150227). " +
            "A proxy that connects, or tries to, has the hole. Nothing is sent through it.",
            ["adit doctor proxy proxy.example:3128", "adit doctor proxy 192.0.2.1:1080 --output json"])
        {
            target, output, timeout,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            string[] words = result.GetRequiredValue(target);
            if (words is not ["proxy", _]) throw new UsageException($"doctor: expected proxy HOST:PORT, got '{string.Join(' ', words)}'");
            if (!Destination.TryParse(words[1], out Destination? place) || place is not TcpDestination { Port: > 0 } proxy) throw new UsageException($"doctor: {words[1]}: expected HOST:PORT");
            int seconds = result.GetValue(timeout);
            if (seconds is < 1 or > 600) throw new UsageException($"doctor: --timeout: expected 1 to 600 seconds, got {seconds}");
            var patience = TimeSpan.FromSeconds(seconds);
            IReadOnlyList<AuditFinding> findings = await new ProxyAuditor(proxy, new SocketDialer(patience), patience).RunAsync(cancellationToken);
            if (result.GetValue(output) == "json") WriteJson(proxy, findings, result.InvocationConfiguration.Output);
            else WriteText(proxy, findings, result.InvocationConfiguration.Output);
            return findings.Any(f => f.IsHole) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static void WriteText(TcpDestination proxy, IReadOnlyList<AuditFinding> findings, TextWriter to)
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

    private static void WriteJson(TcpDestination proxy, IReadOnlyList<AuditFinding> findings, TextWriter to)
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

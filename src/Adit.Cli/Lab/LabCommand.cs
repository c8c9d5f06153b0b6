using System.CommandLine;
using System.Globalization;
using System.Net;
using Adit.Carriers.Sms.Lab;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;

namespace Adit.Cli.Lab;

/// <summary><c>adit lab smsc</c>: what one would need an operator for, on this machine, to try carriers with.</summary>
internal static class LabCommand
{
    private static readonly Argument<string> Laboratory = MakeLaboratory();
    private static readonly Option<string> Listen = new("--listen") { Description = "Where the centre listens; port 0 takes any", DefaultValueFactory = _ => "127.0.0.1:2775", HelpName = "ADDRESS:PORT" };
    private static readonly Option<double> Loss = new("--loss") { Description = "Percent of messages that are lost, 0 to 100", DefaultValueFactory = _ => 0, HelpName = "PERCENT" };
    private static readonly Option<double> Duplicates = new("--duplicates") { Description = "Percent of messages that arrive twice, 0 to 100", DefaultValueFactory = _ => 0, HelpName = "PERCENT" };
    private static readonly Option<double> Delay = new("--delay") { Description = "Seconds that each message takes", DefaultValueFactory = _ => 0, HelpName = "SECONDS" };
    private static readonly Option<double> Reorder = new("--reorder") { Description = "Seconds at most that each takes beyond, by chance, so that they overtake each other", DefaultValueFactory = _ => 0, HelpName = "SECONDS" };
    private static readonly Option<double> Throttle = new("--throttle") { Description = "Messages a second that one client may send, 0 for no limit; the others are refused as too fast", DefaultValueFactory = _ => 0, HelpName = "RATE" };
    private static readonly Option<double> TimeScale = new("--timescale") { Description = "How many times faster than the world the centre lives: seconds above are so much shorter, and the rate so much higher; give hops and listeners timescale=N too", DefaultValueFactory = _ => 1, HelpName = "N" };
    private static readonly Option<int> Seed = new("--seed") { Description = "Decides what chance decides", DefaultValueFactory = _ => 1, HelpName = "N" };
    private static readonly Option<string> ReadyFile = new("--ready-file") { Description = "Write the line ready to this file too", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new Verb(
            "lab",
            "Start a laboratory to try carriers with: smsc, a message centre (SMPP 3.4), without an operator. " +
            "It passes messages among its clients; a client has the number that it binds as (its user). Any password will do. " +
            "At the end it says how many messages it took, refused, lost and delivered.",
            [
                "adit lab smsc",
                "adit lab smsc --listen 127.0.0.1:0 --loss 5 --duplicates 5 --reorder 60 --timescale 100",
                "adit lab smsc --throttle 10",
            ])
        {
            Laboratory, Listen, Loss, Duplicates, Delay, Reorder, Throttle, TimeScale, Seed, ReadyFile,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            LabCentreOptions options = OptionsOf(result);
            TextWriter error = result.InvocationConfiguration.Error;
            await using LabCentre centre = LabCentre.Start(options);
            ReadyLine.Write([$"smpp://{centre.EndPoint}"], result.GetValue(ReadyFile), error);
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"smsc: {centre.Submitted} taken, {centre.Throttled} refused as too fast, {centre.Lost} lost, {centre.Delivered} delivered"));
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> MakeLaboratory()
    {
        var laboratory = new Argument<string>("LABORATORY") { Description = "What to start: smsc" };
        laboratory.AcceptOnlyFromAmong("smsc");
        return laboratory;
    }

    private static LabCentreOptions OptionsOf(ParseResult result) => new()
    {
        Listen = IPEndPoint.TryParse(result.GetRequiredValue(Listen), out IPEndPoint? at) ? at : throw new UsageException($"lab: --listen: expected an address and a port, got {result.GetValue(Listen)}"),
        Loss = Between(result, Loss, 0, 100) / 100,
        Duplicates = Between(result, Duplicates, 0, 100) / 100,
        Delay = TimeSpan.FromSeconds(Between(result, Delay, 0, 86_400)),
        Reorder = TimeSpan.FromSeconds(Between(result, Reorder, 0, 86_400)),
        Throttle = Between(result, Throttle, 0, 1_000_000),
        TimeScale = Between(result, TimeScale, 1, 10_000),
        Seed = result.GetValue(Seed),
    };

    private static double Between(ParseResult result, Option<double> option, double least, double most) =>
        result.GetValue(option) is var value && value >= least && value <= most ? value : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"lab: {option.Name}: expected {least} to {most}, got {value}"));
}

using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Gateway.State;
using Adit.Gateway.Status;

namespace Adit.Cli.Status;

/// <summary><c>adit top</c>: the same as <c>adit status</c>, live, with rates.</summary>
internal static class TopCommand
{
    private const int ListedConnections = 200; // ours: of each section, from which the busiest are shown

    public static Command Create()
    {
        var interval = new Option<int>("--interval") { Description = "Seconds between two looks, 1 to 3600", DefaultValueFactory = _ => 1, HelpName = "SECONDS" };
        var count = new Option<int>("--count") { Description = "Looks after which it ends; 0 never", DefaultValueFactory = _ => 0, HelpName = "NUMBER" };
        var command = new Verb(
            "top",
            "Show what is running, live: rates and the busiest connections. q or Ctrl-C ends it. Without a terminal each look is printed below the one before.",
            ["adit top", "adit top --interval 5 --state /var/lib/adit", "adit top --count 1 | cat"])
        {
            CommonOptions.State, interval, count,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            StateFolder.Locate(result.GetValue(CommonOptions.State)), TimeSpan.FromSeconds(Math.Clamp(result.GetValue(interval), 1, 3600)), result.GetValue(count), result.InvocationConfiguration.Output, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string state, TimeSpan interval, int count, TextWriter to, CancellationToken cancellationToken)
    {
        bool isScreen = !Console.IsOutputRedirected && to == Console.Out;
        var view = new TopView();
        if (isScreen) to.Write("\e[?1049h\e[?25l"); // the alternate screen, without a cursor
        try
        {
            for (int look = 1; ; look++)
            {
                (IReadOnlyList<ProcessStatus> answers, IReadOnlyList<string> silent) =
                    await ControlSockets.AskAllAsync(Path.Combine(state, "run"), ListedConnections, cancellationToken).ConfigureAwait(false);
                (int width, int height) = isScreen ? (Console.WindowWidth, Console.WindowHeight) : (160, int.MaxValue);
                IReadOnlyList<string> lines = view.Draw(state, answers, silent, DateTimeOffset.UtcNow, width, height);
                if (isScreen) to.Write($"\e[H{string.Concat(lines.Select(l => $"{l}\e[K\r\n"))}\e[J");
                else to.WriteLine(string.Join('\n', lines));
                to.Flush();
                if (look == count || !await WaitAsync(interval, isScreen, cancellationToken).ConfigureAwait(false)) return ExitCode.Done;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        finally
        {
            if (isScreen)
            {
                to.Write("\e[?25h\e[?1049l");
                to.Flush();
            }
        }
    }

    /// <summary>Waits for the next look.</summary>
    /// <returns>False when the person has seen enough.</returns>
    private static async Task<bool> WaitAsync(TimeSpan interval, bool isScreen, CancellationToken cancellationToken)
    {
        bool hasKeys = isScreen && !Console.IsInputRedirected;
        TimeSpan step = hasKeys ? TimeSpan.FromMilliseconds(100) : interval;
        for (TimeSpan waited = TimeSpan.Zero; waited < interval; waited += step)
        {
            if (hasKeys && Console.KeyAvailable && Console.ReadKey(intercept: true).KeyChar is 'q' or 'Q') return false;
            await Task.Delay(step, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested) return false;
        }

        return true;
    }
}

using System.Diagnostics;
using Adit.TestKit.Peers;

namespace Adit.Bench.Ssh;

/// <summary>Whole connections, one after another: start the client with -W, one octet each way, end.</summary>
internal static class ConnectionBench
{
    public static async Task RunAsync(SshSite site, BenchOptions options)
    {
        List<(string Client, string Server, PeerStart Command, Samples Rate)> rows = [];
        foreach ((string client, string server) in Tunnel.Pairings)
        {
            rows.Add((client, server, await site.CommandAsync(client, server, ["-W", $"127.0.0.1:{site.LoadPort}"]), new Samples()));
        }

        for (int run = 1; run <= options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"connections: run {run} of {options.Runs}…");
            foreach ((_, _, PeerStart command, Samples rate) in rows)
            {
                if (run == 1) await ConnectAsync(command);
                Stopwatch watch = Stopwatch.StartNew();
                for (int i = 0; i < options.Connections; i++) await ConnectAsync(command);
                rate.Add(options.Connections / watch.Elapsed.TotalSeconds);
            }
        }

        SshBench.Write($"\nwhole connections (-W), {options.Connections} one after another");
        SshBench.Write($"{"client",-9} {"server",-10}  {"per s",7} {"÷OpenSSH",9}");
        foreach ((string client, string server, _, Samples rate) in rows) SshBench.Write($"{client,-9} {server,-10}  {rate.Median,7:0.0} {SshBench.Ratio(rate.Median, rows[0].Rate.Median),9}");
    }

    private static async Task ConnectAsync(PeerStart command)
    {
        ProcessStartInfo start = new(command.Program, command.Arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string name, string? value) in command.Environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        await process.StandardInput.BaseStream.WriteAsync(new byte[] { Load.LoadServer.Ping });
        await process.StandardInput.BaseStream.FlushAsync();
        byte[] answer = new byte[1];
        int read = await process.StandardOutput.BaseStream.ReadAsync(answer);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (read != 1 || process.ExitCode != 0) throw new PeerFailureException($"{command.Program} -W: expected an answer and exit code 0, got {read} octets and {process.ExitCode}");
    }
}

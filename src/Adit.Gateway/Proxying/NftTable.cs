using System.Diagnostics;
using System.Globalization;
using Adit.Core;
using Adit.Proxies.Transparent;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Proxying;

/// <summary>
/// The nftables rules of a running transparent proxy: a table named after this process (<c>adit_proxy_PID_START</c>, where START is the process's start time,
/// since a pid comes again), and the routes that TPROXY needs. Removed at the end; what a killed process left is removed by the next that installs any.
/// </summary>
internal sealed partial class NftTable : IAsyncDisposable
{
    private readonly string _name;
    private readonly NftRules _rules;
    private readonly ILogger? _logger;

    private NftTable(string name, NftRules rules, ILogger? logger)
    {
        _name = name;
        _rules = rules;
        _logger = logger;
    }

    public static async Task<NftTable> InstallAsync(NftRules rules, ILogger? logger, CancellationToken cancellationToken)
    {
        bool othersLive = await RemoveStaleAsync(logger, cancellationToken).ConfigureAwait(false);
        var table = new NftTable($"{NftRules.TablePrefix}{Environment.ProcessId}_{StartTimeOf(Environment.ProcessId)}", rules, logger);
        if (!othersLive)
            foreach (string back in rules.RoutesBack) await RunAsync("ip", back, null, CancellationToken.None).ConfigureAwait(false);
        try
        {
            foreach (string route in othersLive ? [] : rules.Routes) await NeedAsync("ip", route, null, cancellationToken).ConfigureAwait(false);
            await NeedAsync("nft", "-f -", rules.ToScript(table._name), cancellationToken).ConfigureAwait(false);
            return table;
        }
        catch
        {
            await table.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        (int status, _, string error) = await RunAsync("nft", $"delete table inet {_name}", null, CancellationToken.None).ConfigureAwait(false);
        if (status != 0 && _logger is not null) LogNotRemoved(_logger, _name, error);
        if (!await AnyLeftAsync().ConfigureAwait(false))
            foreach (string back in _rules.RoutesBack) await RunAsync("ip", back, null, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Removes the tables of processes that are gone.</summary>
    /// <returns>Whether tables of others that live remain.</returns>
    private static async Task<bool> RemoveStaleAsync(ILogger? logger, CancellationToken cancellationToken)
    {
        bool live = false;
        foreach (string name in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            string[] parts = name[NftRules.TablePrefix.Length..].Split('_');
            if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && StartTimeOf(pid) == parts[1])
            {
                live = true;
                continue;
            }

            (int status, _, string error) = await RunAsync("nft", $"delete table inet {name}", null, cancellationToken).ConfigureAwait(false);
            if (logger is null) continue;
            if (status == 0) LogStale(logger, name);
            else LogNotRemoved(logger, name, error);
        }

        return live;
    }

    private static async Task<bool> AnyLeftAsync() => (await ListAsync(CancellationToken.None).ConfigureAwait(false)).Length > 0;

    private static async Task<string[]> ListAsync(CancellationToken cancellationToken)
    {
        (_, string output, _) = await RunAsync("nft", "list tables inet", null, cancellationToken).ConfigureAwait(false);
        const string Before = "table inet ";
        return [.. output.Split('\n').Where(l => l.StartsWith(Before + NftRules.TablePrefix, StringComparison.Ordinal)).Select(l => l[Before.Length..].Trim())];
    }

    // Field 22 of /proc/PID/stat; "" where there is no such process.
    private static string StartTimeOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static async Task NeedAsync(string program, string arguments, string? input, CancellationToken cancellationToken)
    {
        (int status, _, string error) = await RunAsync(program, arguments, input, cancellationToken).ConfigureAwait(false);
        if (status != 0) throw new TunnelException(TunnelError.PermissionDenied, $"{program} {arguments}: {error.Split('\n')[0]}");
    }

    private static async Task<(int Status, string Output, string Error)> RunAsync(string program, string arguments, string? input, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            string error = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return (process.ExitCode, await output.ConfigureAwait(false), error.Trim());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, "", e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "nftables: removed table {Table}, whose process is gone")]
    private static partial void LogStale(ILogger logger, string table);

    [LoggerMessage(Level = LogLevel.Warning, Message = "nftables: table {Table} is not removed: {Reason}")]
    private static partial void LogNotRemoved(ILogger logger, string table, string reason);
}

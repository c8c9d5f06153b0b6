using System.Text;

namespace Adit.TestKit.Peers;

/// <summary>
/// A silent path: drops every packet from and to one TCP port, with no answer, by a private nftables table ("adit_PID_N") in the tests' own
/// network namespace or another. Disposing it lets packets pass again. Needs root.
/// </summary>
public sealed class NftDrop : IAsyncDisposable
{
    private static int s_count;
    private readonly string _table;
    private readonly string? _namespace;

    private NftDrop(string table, string? inNamespace)
    {
        _table = table;
        _namespace = inNamespace;
    }

    public static async Task<NftDrop> StartAsync(int port, string? inNamespace = null)
    {
        NftDrop drop = new($"adit_{Environment.ProcessId}_{Interlocked.Increment(ref s_count)}", inNamespace);
        (await drop.NftAsync($$"""
            table inet {{drop._table}} {
                chain input {
                    type filter hook input priority 0;
                    tcp dport {{port}} drop
                    tcp sport {{port}} drop
                }
            }

            """)).Succeeded();
        return drop;
    }

    public async ValueTask DisposeAsync() => await NftAsync($"delete table inet {_table}\n");

    private Task<ProcessResult> NftAsync(string script) => ProcessRunner.RunAsync(
        new PeerStart { Program = InstalledPeers.Find("nft"), Arguments = ["-f", "-"], Namespace = _namespace },
        Encoding.ASCII.GetBytes(script));
}

using System.Net;

namespace Adit.TestKit.Peers;

/// <summary>A private smbd(8) with one share, "files", and one user with a password, all its state in a private folder. Needs root.</summary>
public sealed class SambaShare : IAsyncDisposable
{
    public const string User = "root";
    public const string Password = "throw-away";
    public const string ShareName = "files";

    private readonly PeerFolder _folder;

    private SambaShare(PeerFolder folder, PeerProcess process, IPEndPoint endPoint)
    {
        _folder = folder;
        Process = process;
        EndPoint = endPoint;
    }

    public PeerProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    /// <summary>The folder that is shared.</summary>
    public string Files => _folder["files"];

    public static async Task<SambaShare> StartAsync(string address = "127.0.0.1")
    {
        PeerFolder folder = new("samba");
        PeerProcess? process = null;
        try
        {
            Directory.CreateDirectory(folder["files"]);
            foreach (string name in new[] { "private", "state", "ncalrpc" }) Directory.CreateDirectory(folder[name]);
            IPEndPoint endPoint = new(IPAddress.Parse(address), Ports.Free());
            string config = folder.Write("smb.conf", $"""
                [global]
                    server role = standalone server
                    interfaces = {address}
                    bind interfaces only = yes
                    smb ports = {endPoint.Port}
                    disable netbios = yes
                    load printers = no
                    disable spoolss = yes
                    log level = 1
                    private dir = {folder["private"]}
                    passdb backend = tdbsam:{folder["private"]}/passdb.tdb
                    lock directory = {folder["state"]}
                    state directory = {folder["state"]}
                    cache directory = {folder["state"]}
                    pid directory = {folder["state"]}
                    ncalrpc dir = {folder["ncalrpc"]}
                [{ShareName}]
                    path = {folder["files"]}
                    read only = no

                """);
            byte[] twice = System.Text.Encoding.UTF8.GetBytes($"{Password}\n{Password}\n");
            (await ProcessRunner.RunAsync(new PeerStart { Program = "smbpasswd", Arguments = ["-c", config, "-s", "-a", User] }, twice)).Succeeded();
            process = await PeerProcess.StartAsync(InstalledPeers.Find("smbd"), "--foreground", "--no-process-group", "--debug-stdout", "-s", config);
            await Readiness.WaitForListenerAsync(endPoint, process);
            return new SambaShare(folder, process, endPoint);
        }
        catch
        {
            if (process is not null) await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Runs smbclient(1) commands against the share as reached at <paramref name="port"/> of <paramref name="host"/> (through a tunnel, say).</summary>
    public static Task<ProcessResult> ClientAsync(string host, int port, string workingDirectory, string commands) => ProcessRunner.RunAsync(
        new PeerStart
        {
            Program = "smbclient",
            Arguments = [$"//{host}/{ShareName}", "-p", port.ToString(), "-U", $"{User}%{Password}", "-s", "/dev/null", "-c", commands],
            WorkingDirectory = workingDirectory,
        },
        patience: TimeSpan.FromMinutes(3));

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Dispose();
    }
}

using Adit.TestKit.Peers;

namespace Adit.Interop.Tests;

/// <summary>What stands first in a test of real peers: it is skipped where one is missing, and fails in CI.</summary>
internal static class PeerRequired
{
    public const string AsyncSsh = InstalledPeers.PythonModule + "asyncssh";
    public const string Paramiko = InstalledPeers.PythonModule + "paramiko";
    public const string WebSockets = InstalledPeers.PythonModule + "websockets";
    public const string Scapy = InstalledPeers.PythonModule + "scapy";
    public const string Noble = InstalledPeers.NodePackage + "@noble/post-quantum";
    public const string Smpp = InstalledPeers.NodePackage + "smpp";
    public const string Russh = InstalledPeers.NodePackage + "russh";
    public const string Root = InstalledPeers.Root;

    /// <param name="needs">Names of programs, or the constants above.</param>
    public static void Installed(params string[] needs)
    {
        if (InstalledPeers.Missing(needs) is not { } reason) return;
        if (InstalledPeers.MustBeComplete) Assert.Fail(reason);
        Assert.Skip(reason);
    }
}

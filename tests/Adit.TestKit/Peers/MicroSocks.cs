namespace Adit.TestKit.Peers;

/// <summary>microsocks(1): SOCKS5 alone, with a user and password or without.</summary>
public sealed class MicroSocks : PrivateService
{
    private MicroSocks(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    public static Task<MicroSocks> StartAsync(string? user = null, string? password = null, string address = "127.0.0.1", int port = 0, NetworkNamespace? inNamespace = null) => StartAsync(
        "microsocks",
        port,
        (_, at) => Task.FromResult(new PeerStart
        {
            Program = "microsocks",
            Arguments = ["-i", address, "-p", at.ToString(), .. user is null ? Array.Empty<string>() : ["-u", user, "-P", password!]],
        }),
        (folder, process, at) => new MicroSocks(folder, process, at),
        address,
        inNamespace);
}

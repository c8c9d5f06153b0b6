namespace Adit.TestKit.Peers;

/// <summary>ncat(1) as an HTTP proxy.</summary>
public sealed class NcatProxy : PrivateService
{
    private NcatProxy(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <param name="credentials">"user:password", or null.</param>
    public static Task<NcatProxy> StartAsync(string? credentials = null) => StartAsync(
        "ncat",
        0,
        (_, at) => Task.FromResult(new PeerStart
        {
            Program = "ncat",
            Arguments = ["-l", "127.0.0.1", at.ToString(), "-k", "--proxy-type", "http", .. credentials is null ? Array.Empty<string>() : ["--proxy-auth", credentials]],
        }),
        (folder, process, at) => new NcatProxy(folder, process, at));
}

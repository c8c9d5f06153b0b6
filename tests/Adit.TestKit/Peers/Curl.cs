using System.Security.Cryptography;

namespace Adit.TestKit.Peers;

/// <summary>curl(1), without the user's configuration and proxies.</summary>
public static class Curl
{
    /// <summary>Fetches a URL and returns the SHA-256 of its body and its length; <paramref name="proxy"/> as in "socks5h://127.0.0.1:1080".</summary>
    public static async Task<(string Digest, long Length)> GetAsync(string url, string? proxy = null, params string[] options)
    {
        string[] through = proxy is null ? ["--noproxy", "*"] : ["--proxy", proxy];
        PeerStart start = new() { Program = "curl", Arguments = ["-q", "-sS", "--fail", "--max-time", "120", .. through, .. options, url] };
        ProcessResult result = (await ProcessRunner.RunAsync(start, patience: TimeSpan.FromMinutes(3))).Succeeded();
        return (Convert.ToHexStringLower(SHA256.HashData(result.Output)), result.Output.Length);
    }
}

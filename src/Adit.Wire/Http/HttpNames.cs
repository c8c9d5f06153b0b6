using System.Text;

namespace Adit.Wire.Http;

/// <summary>Field names that nearly every head has, so that reading one makes no string.</summary>
internal static class HttpNames
{
    private static readonly string[] Common =
    [
        "Host", "User-Agent", "Accept", "Proxy-Connection", "Connection", "Content-Length", "Content-Type", "Transfer-Encoding", "Accept-Encoding", "Accept-Language",
        "Proxy-Authorization", "Cookie", "Date", "Server", "ETag", "Cache-Control", "Last-Modified", "Via", "Upgrade", "Expect", "Keep-Alive", "Referer", "Vary",
        "host", "user-agent", "accept", "connection", "content-length", "content-type", "date", "server", "cache-control",
    ];

    private static readonly string[][] ByLength = [.. Enumerable.Range(0, 24).Select(n => Common.Where(c => c.Length == n).ToArray())];

    public static string Of(ReadOnlySpan<byte> name)
    {
        if (name.Length < ByLength.Length)
            foreach (string common in ByLength[name.Length])
                if (Ascii.Equals(name, common)) return common;
        return Encoding.ASCII.GetString(name);
    }
}

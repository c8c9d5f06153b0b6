using Microsoft.AspNetCore.Http.Features;

namespace Adit.Gateway.Listeners.Http;

/// <summary>What a request gets that is no carrier: a file of the configured folder or page, else an ordinary 404.</summary>
internal sealed class StrangerAnswer
{
    private const long MostCached = 64 * 1024; // ours: octets of a file sent in one piece

    private static readonly byte[] NotFound = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n</body>\r\n</html>\r\n"u8.ToArray();

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html", [".htm"] = "text/html", [".txt"] = "text/plain", [".css"] = "text/css", [".js"] = "text/javascript", [".json"] = "application/json",
        [".png"] = "image/png", [".jpg"] = "image/jpeg", [".jpeg"] = "image/jpeg", [".gif"] = "image/gif", [".svg"] = "image/svg+xml", [".ico"] = "image/x-icon",
        [".xml"] = "text/xml", [".pdf"] = "application/pdf", [".woff2"] = "font/woff2",
    };

    private readonly string? _root;
    private readonly string? _page;

    /// <param name="path">A folder whose files are served, or one page that answers "/"; null for neither.</param>
    public StrangerAnswer(string? path)
    {
        if (path is null) return;
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) _root = full;
        else _page = full;
    }

    public Task SendAsync(IFeatureCollection context)
    {
        IHttpRequestFeature request = context.GetRequiredFeature<IHttpRequestFeature>();
        return request.Method is "GET" or "HEAD" && Find(request.Path) is { } file ? SendFileAsync(context, file, request.Method == "HEAD") : SendNotFoundAsync(context, request.Method == "HEAD");
    }

    // Below the folder, without links that lead out of it, and no hidden files.
    private string? Find(string path)
    {
        if (_page is not null) return path is "/" or "/index.html" && File.Exists(_page) ? _page : null;
        if (_root is null || path.Length > 1024 || path.Contains('\0', StringComparison.Ordinal)) return null;
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Any(p => p[0] == '.')) return null;
        string at = _root;
        foreach (string part in parts)
        {
            at = Path.Combine(at, part);
            if (!Path.Exists(at) || File.GetAttributes(at).HasFlag(FileAttributes.ReparsePoint)) return null;
        }

        if (Directory.Exists(at)) at = Path.Combine(at, "index.html");
        return File.Exists(at) && !File.GetAttributes(at).HasFlag(FileAttributes.ReparsePoint) ? at : null;
    }

    private static async Task SendFileAsync(IFeatureCollection context, string path, bool isHead)
    {
        IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
        IHttpResponseBodyFeature body = context.GetRequiredFeature<IHttpResponseBodyFeature>();
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
            response.StatusCode = 200;
            response.Headers.ContentType = Types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");
            response.Headers.ContentLength = file.Length;
            response.Headers.LastModified = File.GetLastWriteTimeUtc(path).ToString("R");
            await body.StartAsync().ConfigureAwait(false);
            if (!isHead) await file.CopyToAsync(body.Stream, (int)Math.Clamp(file.Length, 1, MostCached)).ConfigureAwait(false);
            await body.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException && !response.HasStarted)
        {
            await SendNotFoundAsync(context, isHead).ConfigureAwait(false);
        }
    }

    private static async Task SendNotFoundAsync(IFeatureCollection context, bool isHead)
    {
        IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = 404;
        response.Headers.ContentType = "text/html";
        response.Headers.ContentLength = NotFound.Length;
        IHttpResponseBodyFeature body = context.GetRequiredFeature<IHttpResponseBodyFeature>();
        await body.StartAsync().ConfigureAwait(false);
        if (!isHead) await body.Writer.WriteAsync(NotFound).ConfigureAwait(false);
        await body.CompleteAsync().ConfigureAwait(false);
    }
}

using System.Net;

namespace Adit.Proxies;

/// <summary>A client's connection at one moment.</summary>
/// <param name="Client">The client; null where it is not known.</param>
/// <param name="User">The authenticated user; null for nobody.</param>
/// <param name="Request">The last request, such as <c>socks5 CONNECT example.net:443</c>; null before the first.</param>
/// <param name="Began">When the connection began.</param>
/// <param name="Octets">Octets on the client's side, to and from the proxy; null where that is not known.</param>
public sealed record ProxyConnection(IPEndPoint? Client, string? User, string? Request, DateTimeOffset Began, (long Up, long Down)? Octets);

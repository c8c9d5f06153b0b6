namespace Adit.Wire.Socks;

/// <summary>A client's request.</summary>
/// <param name="Version">The dialect; the reply is in the same.</param>
/// <param name="Command">What is asked for.</param>
/// <param name="Host">A name, or an IPv4 or IPv6 address as text without brackets.</param>
/// <param name="Port">0 to 65535.</param>
/// <param name="User">The USERID of SOCKS4, the user name of RFC 1929, or "".</param>
public readonly record struct SocksRequest(SocksVersion Version, SocksCommand Command, string Host, int Port, string User = "");

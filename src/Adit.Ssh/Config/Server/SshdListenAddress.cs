namespace Adit.Ssh.Config.Server;

/// <summary>One address to listen on.</summary>
/// <param name="Host">A name or address; null for every address of the machine.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="RDomain">The routing domain; null for the process's own.</param>
public sealed record SshdListenAddress(string? Host, int Port, string? RDomain = null);

namespace Adit.Carriers.Dns;

/// <summary>Where a query came from and its answer goes: the authority gives it back and looks no further.</summary>
/// <param name="Address">The asker's address, IPv4 mapped into IPv6, as a number.</param>
/// <param name="Port">The asker's port.</param>
/// <param name="Connection">Which TCP connection; 0 for UDP.</param>
/// <param name="Socket">Which of a listener's UDP sockets, so that the answer leaves from the address that was asked.</param>
public readonly record struct DnsOrigin(UInt128 Address, ushort Port, long Connection = 0, int Socket = 0)
{
    /// <summary>Whether it is a TCP connection, on which answers have no limit but the length's 16 bits.</summary>
    public bool IsStream => Connection != 0;
}

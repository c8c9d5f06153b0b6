using System.Globalization;
using System.Net;

namespace Adit.Gateway.Configuration;

/// <summary>A static entry of a link's forwarding table: frames to a hardware address go to one remote. Written <c>02:00:00:00:00:07=192.0.2.7</c>.</summary>
/// <param name="HardwareAddress">Six octets, as a number.</param>
/// <param name="Remote">The remote.</param>
public sealed record LinkForward(long HardwareAddress, IPAddress Remote)
{
    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="forward">What it says.</param>
    public static bool TryParse(string text, out LinkForward? forward)
    {
        ArgumentNullException.ThrowIfNull(text);
        forward = null;
        string[] pair = text.Split('=', 2);
        string[] octets = pair[0].Split(':');
        if (pair.Length != 2 || octets.Length != 6 || !IPAddress.TryParse(pair[1], out IPAddress? remote)) return false;
        long address = 0;
        foreach (string octet in octets)
        {
            if (octet.Length != 2 || !byte.TryParse(octet, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)) return false;
            address = (address << 8) | value;
        }

        forward = new LinkForward(address, remote);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => $"{string.Join(':', Enumerable.Range(0, 6).Select(i => ((HardwareAddress >> (40 - (8 * i))) & 0xff).ToString("x2", CultureInfo.InvariantCulture)))}={Remote}";
}

using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Adit.Platform.Netlink;

/// <summary>Walks over attributes; stops before one that does not fit.</summary>
/// <param name="octets">The attributes.</param>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> octets)
{
    private ReadOnlySpan<byte> _rest = octets;

    /// <summary>The attribute's type, without the flags for nesting and byte order.</summary>
    public ushort Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly uint Number => Value.Length >= 4 ? MemoryMarshal.Read<uint>(Value) : 0;

    public readonly string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    public readonly IPAddress? Address => Value.Length is 4 or 16 ? new IPAddress(Value) : null;

    public bool MoveNext()
    {
        if (_rest.Length < 4) return false;
        ushort length = MemoryMarshal.Read<ushort>(_rest);
        if (length < 4 || length > _rest.Length) return false;
        Type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & 0x3fff); // NLA_TYPE_MASK
        Value = _rest[4..length];
        _rest = _rest[Math.Min(NetlinkRequest.Align(length), _rest.Length)..];
        return true;
    }
}

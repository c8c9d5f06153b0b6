namespace Adit.Wire.Socks;

/// <summary>The message being received: a fixed number of octets, and never one more than the message has, for payload may follow it.</summary>
internal sealed class SocksBuffer
{
    /// <summary>SOCKS4A's request is the longest message: 8 octets, a user id and a name of 255 octets each with a NUL.</summary>
    public const int Capacity = 8 + 256 + 256;

    private readonly byte[] _octets = new byte[Capacity];
    private int _length;

    public ReadOnlySpan<byte> Received => _octets.AsSpan(0, _length);

    /// <summary>Takes octets until <paramref name="length"/> are there.</summary>
    /// <returns>Whether they are.</returns>
    public bool Fill(int length, ref ReadOnlySpan<byte> source)
    {
        int count = Math.Min(Math.Max(length - _length, 0), source.Length);
        source[..count].CopyTo(_octets.AsSpan(_length));
        _length += count;
        source = source[count..];
        return _length >= length;
    }

    /// <summary>Begins the next message; what was received may be secret and is wiped.</summary>
    public void Clear()
    {
        _octets.AsSpan(0, _length).Clear();
        _length = 0;
    }
}

namespace Adit.Carriers.Sms.Smpp;

/// <summary>Octets that wait to be written. The window bounds them, and that the peer must read our answers before it sends much more.</summary>
public sealed class SmppOutput
{
    private byte[] _octets = new byte[1024];
    private int _length;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>Adds octets.</summary>
    public void Add(ReadOnlySpan<byte> octets)
    {
        if (_length + octets.Length > _octets.Length) Array.Resize(ref _octets, Math.Max(2 * _octets.Length, _length + octets.Length));
        octets.CopyTo(_octets.AsSpan(_length));
        _length += octets.Length;
    }

    /// <summary>Takes all.</summary>
    public byte[] Take()
    {
        byte[] all = _octets[.._length];
        _length = 0;
        return all;
    }
}

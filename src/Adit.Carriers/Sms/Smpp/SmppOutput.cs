namespace Adit.Carriers.Sms.Smpp;

/// <summary>Octets that wait to be written. The window bounds our messages; a peer that does not read the answers to its own is given up by the engine.</summary>
public sealed class SmppOutput
{
    private byte[] _octets = new byte[1024];
    private int _length;

    /// <summary>How many.</summary>
    public int Length => _length;

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

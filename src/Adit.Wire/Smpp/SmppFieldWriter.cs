using System.Text;

namespace Adit.Wire.Smpp;

/// <summary>Writes the fields of a PDU's body one after another.</summary>
internal ref struct SmppFieldWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Octets written.</summary>
    public int At { get; private set; }

    /// <summary>An integer of one octet.</summary>
    public void WriteByte(byte value) => _destination[At++] = value;

    /// <summary>A C-Octet String.</summary>
    public void WriteText(string? text)
    {
        At += Encoding.ASCII.GetBytes(text ?? "", _destination[At..]);
        _destination[At++] = 0;
    }

    /// <summary>An Octet String.</summary>
    public void WriteOctets(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_destination[At..]);
        At += octets.Length;
    }

    /// <summary>An address.</summary>
    public void WriteAddress(in SmppAddress address)
    {
        WriteByte(address.TypeOfNumber);
        WriteByte(address.NumberingPlan);
        WriteText(address.Text);
    }
}

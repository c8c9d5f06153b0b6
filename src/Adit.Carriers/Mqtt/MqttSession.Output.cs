namespace Adit.Carriers.Mqtt;

/// <content>What is to be sent.</content>
public sealed partial class MqttSession
{
    private byte[] _output = new byte[4096];
    private int _outputLength;

    /// <summary>Octets that wait to be sent.</summary>
    public int OutputLength => _outputLength;

    /// <summary>Takes all that waits.</summary>
    /// <param name="spare">A buffer in exchange, which was taken before.</param>
    /// <returns>The octets; theirs until the buffer is given back.</returns>
    public ReadOnlyMemory<byte> TakeOutput(ref byte[] spare)
    {
        ArgumentNullException.ThrowIfNull(spare);
        ReadOnlyMemory<byte> taken = _output.AsMemory(0, _outputLength);
        (_output, spare, _outputLength) = (spare, _output, 0);
        return taken;
    }

    private Span<byte> Room(int length)
    {
        if (_output.Length - _outputLength < length) Array.Resize(ref _output, Math.Max(2 * _output.Length, _outputLength + length));
        return _output.AsSpan(_outputLength);
    }

    private void Sent(int length, long now)
    {
        _outputLength += length;
        _lastSent = now;
    }
}

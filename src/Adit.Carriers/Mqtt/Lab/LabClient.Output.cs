using System.Net.Sockets;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt.Lab;

/// <content>What waits for it and leaves: one buffer fills while the other is sent. Messages of QoS 1 beyond its Receive Maximum wait aside.</content>
internal sealed partial class LabClient
{
    // Ours: how long the last words may take, in microseconds; and packet identifiers in use at most.
    private const long LastWords = 1_000_000;
    private const int MostIdentifiers = 4096;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly HashSet<ushort> _identifiers = [];
    private readonly Queue<byte[]> _held = [];
    private byte[] _output = new byte[4096];
    private byte[] _spare = new byte[4096];
    private int _outputLength;
    private int _heldLength;
    private int _unacknowledged;
    private int _mostUnacknowledged = MostIdentifiers;
    private uint _longestOut = uint.MaxValue;
    private ushort _lastId;
    private bool _isClosing;
    private long _closingSince;

    /// <summary>Writes a packet.</summary>
    private delegate int Writing(Span<byte> room);

    /// <summary>Queues a message.</summary>
    /// <param name="publish">The message.</param>
    /// <param name="qos">How it goes to this client.</param>
    /// <param name="retain">Whether it is one that the topic retained.</param>
    /// <returns>False where there is no room.</returns>
    public bool Deliver(in MqttPublish publish, MqttQos qos, bool retain)
    {
        lock (_gate)
        {
            if (_isClosing || _identifiers.Count >= MostIdentifiers) return false;
            var message = new MqttPublish
            {
                Topic = publish.Topic, Payload = publish.Payload, MessageExpiry = publish.MessageExpiry, Qos = qos, Retain = retain, PacketId = qos == MqttQos.AtLeastOnce ? NextId() : (ushort)0,
            };
            int length = message.LengthIn(_version);
            if (length > _longestOut || _outputLength + _heldLength + length > _broker.Options.MostQueued) return false; // §3.1.2.11.4
            if (qos == MqttQos.AtLeastOnce)
            {
                _identifiers.Add(message.PacketId);
                if (_unacknowledged >= _mostUnacknowledged)
                {
                    byte[] held = new byte[length];
                    message.Write(held, _version);
                    _held.Enqueue(held);
                    _heldLength += length;
                    return true;
                }

                _unacknowledged++;
            }

            _outputLength += message.Write(Room(length), _version);
            Wake();
            return true;
        }
    }

    /// <summary>Ends it without a word.</summary>
    public void Abort() => _socket.Dispose();

    /// <summary>Whether it takes its last words for too long.</summary>
    private bool IsOverdue(long now)
    {
        lock (_gate) return _isClosing && now - _closingSince > LastWords;
    }

    /// <summary>Ends it, and says why where the version can.</summary>
    private void End(MqttReasonCode reason)
    {
        if (_isWelcome && _version == MqttVersion.V5) Send(MqttDisconnect.LongestLength, room => new MqttDisconnect(reason).Write(room, _version));
        Close();
    }

    private void Acknowledged(ushort id)
    {
        lock (_gate)
        {
            if (!_identifiers.Remove(id)) return;
            if (!_held.TryDequeue(out byte[]? next))
            {
                _unacknowledged--;
                return;
            }

            _heldLength -= next.Length;
            next.CopyTo(Room(next.Length));
            _outputLength += next.Length;
            Wake();
        }
    }

    private void Send(int most, Writing write)
    {
        lock (_gate)
        {
            if (_isClosing) return;
            if (_outputLength > _broker.Options.MostQueued) Abort(); // it asks and does not read
            else _outputLength += write(Room(most));
            Wake();
        }
    }

    private ushort NextId()
    {
        do _lastId++;
        while (_lastId == 0 || _identifiers.Contains(_lastId));
        return _lastId;
    }

    private Span<byte> Room(int length)
    {
        if (_output.Length - _outputLength < length) Array.Resize(ref _output, Math.Max(2 * _output.Length, _outputLength + length));
        return _output.AsSpan(_outputLength);
    }

    private void Close()
    {
        lock (_gate)
        {
            if (!_isClosing) _closingSince = _broker.Now;
            _isClosing = true;
            Wake();
        }
    }

    private void Wake()
    {
        if (_wake.CurrentCount == 0) _wake.Release();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync().ConfigureAwait(false);
                ReadOnlyMemory<byte> output;
                bool isLast;
                lock (_gate)
                {
                    (output, isLast) = (_output.AsMemory(0, _outputLength), _isClosing);
                    (_output, _spare, _outputLength) = (_spare, _output, 0);
                }

                if (!output.IsEmpty) await _socket.SendAsync(output).ConfigureAwait(false);
                if (!isLast) continue;
                _socket.Shutdown(SocketShutdown.Both); // who reads learns that it is over
                return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Abort();
        }
    }
}

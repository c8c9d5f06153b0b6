using System.Collections.Concurrent;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Tests.Mqtt;

/// <summary>A broker in memory that grants what is asked, and ends its part where it is told to.</summary>
/// <param name="connack">Its answer to CONNECT.</param>
/// <param name="capacity">Octets that wait for it at most.</param>
internal sealed class ScriptedBroker(byte[] connack, int capacity = 65_536) : IStreamDialer
{
    private readonly ConcurrentQueue<MqttPacketType> _packets = new();
    private int _dials;

    public int Dials => Volatile.Read(ref _dials);

    /// <summary>What has arrived, of all connections.</summary>
    public IReadOnlyList<MqttPacketType> Packets => [.. _packets];

    /// <summary>After which packet it reads no more.</summary>
    public MqttPacketType? Last { get; init; }

    /// <summary>What it does then; default: ends the connection.</summary>
    public Func<DuplexStream, Task> Then { get; init; } = async stream => await stream.DisposeAsync();

    public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _dials);
        var pair = new MemoryStreamPair(new MemoryStreamOptions { Capacity = capacity });
        _ = Task.Run(() => ServeAsync(pair.Second), CancellationToken.None);
        return new ValueTask<DuplexStream>(pair.First);
    }

    private async Task ServeAsync(DuplexStream stream)
    {
        byte[] room = new byte[65_536];
        int length = 0;
        while (await stream.ReadAsync(room.AsMemory(length)) is > 0 and var count)
        {
            length += count;
            while (MqttFixedHeader.TryRead(room.AsSpan(0, length), out MqttFixedHeader header) == DecodeStatus.Ok && header.PacketLength <= length)
            {
                if (Answer(header.Type, room.AsSpan(0, header.PacketLength)) is { Length: > 0 } answer) await stream.WriteAsync(answer);
                room.AsSpan(header.PacketLength, length - header.PacketLength).CopyTo(room);
                length -= header.PacketLength;
                _packets.Enqueue(header.Type);
                if (header.Type != Last) continue;
                await Then(stream);
                return;
            }
        }
    }

    private byte[] Answer(MqttPacketType type, ReadOnlySpan<byte> packet)
    {
        if (type == MqttPacketType.Connect) return connack;
        if (type == MqttPacketType.PingRequest) return [0xd0, 0];
        if (MqttSubscribe.TryRead(packet, MqttVersion.V5, out MqttSubscribe subscribe) != DecodeStatus.Ok) return [];
        byte[] suback = new byte[16];
        return suback[..new MqttSuback { PacketId = subscribe.PacketId, Reasons = [0] }.Write(suback, MqttVersion.V5)];
    }
}

namespace Adit.Core.Streams;

/// <summary>How a <see cref="MemoryStreamPair"/> behaves. The same in both directions.</summary>
public sealed record MemoryStreamOptions
{
    private readonly int _capacity = 65_536;
    private readonly TimeSpan _latency;
    private readonly long? _cutAfter;

    /// <summary>Octets a direction holds, those on their way included; a writer waits when it is full. Default 65 536; at least 1.</summary>
    public int Capacity
    {
        get => _capacity;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _capacity = value;
        }
    }

    /// <summary>How long octets and the end of a direction are on their way, one way. Default 0: none.</summary>
    public TimeSpan Latency
    {
        get => _latency;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            _latency = value;
        }
    }

    /// <summary>Both ends fail with <see cref="TunnelError.ConnectionLost"/> once so many octets of either direction were read. Default null: never.</summary>
    public long? CutAfter
    {
        get => _cutAfter;
        init
        {
            if (value is { } octets) ArgumentOutOfRangeException.ThrowIfNegative(octets);
            _cutAfter = value;
        }
    }

    /// <summary>The clock of <see cref="Latency"/>. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

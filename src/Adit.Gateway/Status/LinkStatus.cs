namespace Adit.Gateway.Status;

/// <summary>A running packet tunnel. Immutable.</summary>
public sealed record LinkStatus
{
    /// <summary>Its type, as the configuration has it.</summary>
    public string Type { get; init; } = "";

    /// <summary>Its interface.</summary>
    public string Device { get; init; } = "";

    /// <summary>The interface's MTU in octets.</summary>
    public int Mtu { get; init; }

    /// <summary><c>up</c>, <c>loop</c> (its packets would go through itself), <c>silent</c> (no answer to keepalives), <c>connecting</c> (a stream that is not there), <c>failed</c>.</summary>
    public string State { get; init; } = "up";

    /// <summary>Why it is not up; null where it is.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether its packets are encrypted and authenticated.</summary>
    public bool Protected { get; init; }

    /// <summary>Packets that went into the tunnel, as the interface has them.</summary>
    public LinkFlow Sent { get; init; } = new();

    /// <summary>Packets that came out of it.</summary>
    public LinkFlow Received { get; init; } = new();

    /// <summary>What carries the tunnel, sent; null for a stream.</summary>
    public LinkFlow? SentOutside { get; init; }

    /// <summary>The same, received.</summary>
    public LinkFlow? ReceivedOutside { get; init; }

    /// <summary>Packets dropped, by reason; those without any left out.</summary>
    public IReadOnlyDictionary<string, long> Drops { get; init; } = new Dictionary<string, long>();

    /// <summary>Its records.</summary>
    public IReadOnlyList<CaptureStatus> Captures { get; init; } = [];
}

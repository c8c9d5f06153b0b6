namespace Adit.Carriers.WebSocket;

/// <summary>How a <see cref="WebSocketStream"/> frames.</summary>
public sealed record WebSocketStreamOptions
{
    /// <summary>The longest header and its payload must stay a sane allocation.</summary>
    private const int MostFrameLength = 1024 * 1024;

    /// <summary>Whether this side opened the connection; default false.</summary>
    public bool IsClient { get; init; }

    /// <summary>Whether what this side sends is masked: a client's frames are (RFC 6455 §5.3), but not those within HTTP bodies. Default false.</summary>
    public bool MasksOutgoing { get; init; }

    /// <summary>Whether what the peer sends must be masked; else it must not be (RFC 6455 §5.1). Default false.</summary>
    public bool ExpectsMask { get; init; }

    /// <summary>Octets of payload in a frame, at most; default 128 KiB, 1 to 1 MiB. A write is held in memory once more, up to this much.</summary>
    public int FrameLength
    {
        get;
        init => field = value is >= 1 and <= MostFrameLength ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"frame length: expected 1 to {MostFrameLength}");
    }
    = 128 * 1024;

    /// <summary>
    /// Silence of this side after which, at the latest, it sends a ping, so that nothing on the way takes the stream for dead; default 15 s, a quarter of the minute that
    /// proxies usually wait. Zero sends none.
    /// </summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an orderly end may take once nobody waits for it; default 2 s.</summary>
    public TimeSpan CloseTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What it is, in error messages, such as the hop; default "websocket".</summary>
    public string Name { get; init; } = "websocket";
}

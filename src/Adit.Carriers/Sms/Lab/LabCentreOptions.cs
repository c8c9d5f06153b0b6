using System.Net;

namespace Adit.Carriers.Sms.Lab;

/// <summary>How a laboratory's message centre behaves. Immutable.</summary>
public sealed record LabCentreOptions
{
    /// <summary>Where it listens; default 127.0.0.1:2775.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 2775);

    /// <summary>Share of messages that are lost; default 0.</summary>
    public double Loss { get; init; }

    /// <summary>Share of messages that arrive twice; default 0.</summary>
    public double Duplicates { get; init; }

    /// <summary>How long each message takes; default 0.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How much longer it may take at most, each by chance, so that messages overtake each other; default 0.</summary>
    public TimeSpan Reorder { get; init; }

    /// <summary>Messages a second that one ESME may submit, beyond which it is answered ESME_RTHROTTLED; 0, the default, for no limit.</summary>
    public double Throttle { get; init; }

    /// <summary>How many times faster than the world it lives: delays are shorter, the permitted rate is higher. Default 1.</summary>
    public double TimeScale { get; init; } = 1;

    /// <summary>Decides what chance decides; default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What each ESME must say, by its system_id; empty, the default, for anybody and any password. Secrets.</summary>
    public IReadOnlyDictionary<string, string> Passwords { get; init; } = new Dictionary<string, string>();

    /// <summary>Connections at most; default 64. One that has not bound after 30 s is ended.</summary>
    public int MostSessions { get; init; } = 64;

    /// <summary>Messages that are on their way at most, some 1 KiB each; default 16384. More are refused with ESME_RMSGQFUL.</summary>
    public int MostMessages { get; init; } = 16_384;
}

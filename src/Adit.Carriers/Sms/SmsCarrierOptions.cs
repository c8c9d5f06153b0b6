using Adit.Core.Lifeline;

namespace Adit.Carriers.Sms;

/// <summary>What is the same at both ends and over both kinds of link. Immutable.</summary>
public sealed record SmsCarrierOptions
{
    /// <summary>How datagrams stand in messages; default <see cref="SmsForm.Auto"/>. A gateway answers each peer as the peer writes.</summary>
    public SmsForm Form { get; init; } = SmsForm.Auto;

    /// <summary>The application port (GSM 03.40 §9.2.3.24.4), by which telephones know that a message is for a program; costs 7 of 140 octets. Default null: none.</summary>
    public ushort? Port { get; init; }

    /// <summary>Messages a second at most; default 10. What the operator permits.</summary>
    public double Rate { get; init; } = 10;

    /// <summary>Messages that wait for the centre's answer at most; default 10.</summary>
    public int Window { get; init; } = 10;

    /// <summary>What may be spent; null, the default, for no limit.</summary>
    public SmsBudget? Budget { get; init; }

    /// <summary>How long the centre may try to deliver a message; default 5 minutes, the least that a telephone can say.</summary>
    public TimeSpan Validity { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For laboratories: how many times faster than the world the carrier lives: its timeouts are so much shorter, its rate so much higher. Default 1.</summary>
    public double TimeScale { get; init; } = 1;

    /// <summary>Octets of a datagram at most, as octets.</summary>
    public int MostOctets => SmsFraming.MostOctets - (Port is null ? 0 : Wire.Sms.SmsPorts.Length);

    /// <summary>What lifeline is told of the carrier.</summary>
    public LifelineProfile Profile => new()
    {
        Name = "sms",
        TagLength = 8,
        IsDear = true,
        IsUnhurried = true,
        MinimumTimeout = Scaled(15),
        InitialRoundTrip = Scaled(10),
        AcknowledgementDelay = Scaled(3),
        AcknowledgeEvery = 4,
        MostPackets = 3072, // below the 4096 that a receiver can tell apart: half a minute at 100 messages a second
        MostInFlight = 3072 * SmsFraming.MostOctets,
        KeepAlive = 12L * 3600 * 1_000_000, // ours: two messages a day say that somebody is still there
    };

    private long Scaled(double seconds) => (long)(seconds * 1_000_000 / TimeScale);
}

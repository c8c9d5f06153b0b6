namespace Adit.Carriers.Sms;

/// <summary>A gateway's end. Immutable.</summary>
public sealed record SmsListenerOptions
{
    /// <summary>For people: the centre and the number, or the modem; no secrets.</summary>
    public required string Place { get; init; }

    /// <summary>How messages are sent.</summary>
    public required SmsCarrierOptions Carrier { get; init; }

    /// <summary>Welcomes that one number gets in a minute at most, since each costs money and a recorded HELLO can be sent again; default 6.</summary>
    public double AnswersPerMinute { get; init; } = 6;
}

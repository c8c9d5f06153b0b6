namespace Adit.Carriers.Sms.Modem;

/// <summary>A modem on a serial line. Immutable.</summary>
public sealed record ModemOptions
{
    /// <summary>For messages: the hop.</summary>
    public required string Name { get; init; }

    /// <summary>The device, such as <c>/dev/ttyUSB0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Bits a second; default 115200. A modem on USB heeds none.</summary>
    public uint BitsPerSecond { get; init; } = 115_200;

    /// <summary>How messages are sent.</summary>
    public required SmsCarrierOptions Carrier { get; init; }

    /// <summary>How long the modem may take for an answer; default 5 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the network may take for a message; default 60 s.</summary>
    public TimeSpan NetworkPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Where lock files lie (uucp's): default <c>/var/lock</c>.</summary>
    public string LockFolder { get; init; } = "/var/lock";
}

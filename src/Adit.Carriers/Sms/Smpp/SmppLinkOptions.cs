using Adit.Core.Streams;

namespace Adit.Carriers.Sms.Smpp;

/// <summary>A connection to a message centre. Immutable.</summary>
public sealed record SmppLinkOptions
{
    /// <summary>For messages: the hop.</summary>
    public required string Name { get; init; }

    /// <summary>Where the centre is.</summary>
    public required string Host { get; init; }

    /// <summary>Its port; 2775 is usual.</summary>
    public int Port { get; init; } = 2775;

    /// <summary>system_id, at most 15 characters.</summary>
    public required string SystemId { get; init; }

    /// <summary>password, at most 8 characters. A secret.</summary>
    public string Password { get; init; } = "";

    /// <summary>system_type; default empty.</summary>
    public string SystemType { get; init; } = "";

    /// <summary>Our number (source_addr); empty, the default, lets the centre fill it in.</summary>
    public string From { get; init; } = "";

    /// <summary>TLS; null, the default, for none.</summary>
    public TlsClientOptions? Tls { get; init; }

    /// <summary>How messages are sent.</summary>
    public required SmsCarrierOptions Carrier { get; init; }

    /// <summary>How often the centre is asked for a sign of life, and how long it may take for any answer; default 30 s.</summary>
    public TimeSpan EnquireLink { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without the password.</summary>
    public override string ToString() => Name;
}

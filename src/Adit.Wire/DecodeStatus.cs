namespace Adit.Wire;

/// <summary>What a codec found in its input. Codecs never throw on input.</summary>
public enum DecodeStatus
{
    /// <summary>The value was decoded.</summary>
    Ok,

    /// <summary>The input ends before the value does; more octets may complete it.</summary>
    Truncated,

    /// <summary>A length field contradicts the input or a limit.</summary>
    BadLength,

    /// <summary>A checksum does not match.</summary>
    BadChecksum,

    /// <summary>A field has a value the specification forbids.</summary>
    BadValue,

    /// <summary>Well-formed, but a version or type that this codec does not know.</summary>
    Unsupported,
}

namespace Adit.Wire.Lifeline;

/// <summary>The first octet of a datagram: the version (1) in its high half, the type in its low half. docs/protocols/lifeline.md §3.</summary>
public enum LifelineDatagramType : byte
{
    /// <summary>Frames under the keys of a path that both sides know.</summary>
    Data = 0x10,

    /// <summary>The client asks for a path.</summary>
    Hello = 0x11,

    /// <summary>The server's answer, for which it keeps nothing.</summary>
    Welcome = 0x12,

    /// <summary>Frames, with all that the server needs to make the path: until the client has heard <see cref="Data"/>.</summary>
    Confirm = 0x13,

    /// <summary>No datagram: what a gateway leaves at a broker, so that clients know that it serves there.</summary>
    Presence = 0x14,
}

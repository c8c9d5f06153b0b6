namespace Adit.Core.Lifeline;

/// <summary>A client's session, and what it needs to add paths to it.</summary>
public sealed class LifelineClientSession
{
    private readonly byte[] _secret;

    private LifelineClientSession(byte[] secret, byte[] number, LifelineSession session) => (_secret, Number, Session) = (secret, number, session);

    /// <summary>The engine.</summary>
    public LifelineSession Session { get; }

    /// <summary>How the server knows it: 8 octets.</summary>
    public ReadOnlyMemory<byte> Number { get; }

    internal ReadOnlySpan<byte> Secret => _secret;

    internal static LifelineClientSession Create(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce, LifelineOptions options, long now)
    {
        (byte[] sessionSecret, byte[] number) = LifelineKeys.Session(secret, clientNonce, serverNonce);
        return new LifelineClientSession(sessionSecret, number, new LifelineSession(isServer: false, options, now));
    }
}

namespace Adit.Core;

/// <summary>Why a tunnel, a hop or a stream failed, for a caller that must tell one cause from another.</summary>
public enum TunnelError
{
    /// <summary>No more precise cause is known.</summary>
    Unknown,

    /// <summary>The name of the next hop or of the target could not be resolved here.</summary>
    NameNotResolved,

    /// <summary>The name could not be resolved at the far end of a hop.</summary>
    NameNotResolvedAtPeer,

    /// <summary>Nothing listens there.</summary>
    ConnectionRefused,

    /// <summary>No route, or the network is down.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>An established stream or session was lost.</summary>
    ConnectionLost,

    /// <summary>The peer reset the stream.</summary>
    Reset,

    /// <summary>The peer broke its protocol.</summary>
    ProtocolViolation,

    /// <summary>The two sides share no algorithm.</summary>
    NoCommonAlgorithm,

    /// <summary>The host key is not known and may not be accepted.</summary>
    HostKeyUnknown,

    /// <summary>The host key is not the one known before.</summary>
    HostKeyChanged,

    /// <summary>The host key is marked as revoked.</summary>
    HostKeyRevoked,

    /// <summary>The certificate of a TLS server is not the one that is meant: another key than pinned, another name, or nobody trusted signed it.</summary>
    CertificateNotTrusted,

    /// <summary>The peer did not accept any credential.</summary>
    AuthenticationFailed,

    /// <summary>A policy, here or at the peer, forbids it.</summary>
    PermissionDenied,

    /// <summary>The address to listen on is taken.</summary>
    AddressInUse,

    /// <summary>The hop itself could not be reached; the inner exception says why. What lies beyond it was not asked for.</summary>
    HopUnreachable,

    /// <summary>The hop was reached and refused, and its words tell no more precise cause.</summary>
    RefusedByHop,

    /// <summary>The peer lacks the resources.</summary>
    ResourceShortage,

    /// <summary>The peer does not know this kind of request.</summary>
    NotSupported,

    /// <summary>A local file, key or configuration cannot be used.</summary>
    BadConfiguration,

    /// <summary>This side closed it.</summary>
    Closed,
}

using Adit.Core;

namespace Adit.Gateway.Doctor;

/// <summary>From why a way failed to what a person can do about it.</summary>
internal static class Advice
{
    /// <summary>One sentence.</summary>
    /// <param name="error">Why it failed.</param>
    /// <param name="way">The way.</param>
    /// <param name="isConnected">Whether a stream stood when it failed.</param>
    /// <param name="cause">Why the hop was not reached; the error itself where it was.</param>
    public static string Of(TunnelError error, Way way, bool isConnected, TunnelError cause) => (error, way.Hops.Count > 0) switch
    {
        (TunnelError.HopUnreachable, _) => Unreached(cause),
        (TunnelError.PermissionDenied or TunnelError.RefusedByHop, true) => $"a rule of the proxy forbids it: try port 443, or ask whoever runs it to permit the target's port {way.Port}",
        (TunnelError.AuthenticationFailed, true) => "the hop wants credentials that it knows: ?auth=FILE with user:password, mode 0600",
        (TunnelError.NameNotResolved, false) => "this machine does not know the name: a hop that resolves at its own end may (socks5h, socks4a, connect)",
        (TunnelError.NameNotResolved, true) => "this machine does not know the name: mind the spelling, or use a hop that resolves at its own end (socks5h, socks4a, connect)",
        (TunnelError.NameNotResolvedAtPeer, _) => "the proxy does not know the name: mind the spelling, or try the target's address",
        (TunnelError.ConnectionRefused, false) => "nothing listens there, or a firewall says so",
        (TunnelError.ConnectionRefused, true) => "the hop works; nothing listens at the target's port, or a firewall behind the hop says so",
        (TunnelError.TimedOut, _) when isConnected => "something takes the connection and says nothing: no server of SSH, or somebody in between holds it back",
        (TunnelError.TimedOut, false) => "a firewall drops it in silence, or the address is wrong: it takes a hop",
        (TunnelError.TimedOut, true) => "the hop was reached, and nothing came back through it in time: a firewall behind it drops it in silence",
        (TunnelError.Unreachable, false) => "there is no route, or a firewall refuses it: it takes a hop",
        (TunnelError.Unreachable, true) => "the hop works, and has no route to the target",
        (TunnelError.CertificateNotTrusted, _) => "if it is the right server, pin its key (pin=sha256:…); a certificate of the organisation's own means that it looks into TLS",
        (TunnelError.ProtocolViolation, false) => "something else than SSH serves this port: it takes the hop that leads to what is behind it (tls://, http://, wss://)",
        (TunnelError.ProtocolViolation, true) => "something else answers than this kind of hop expects: another scheme, port or path",
        (TunnelError.ConnectionLost or TunnelError.Reset, _) when isConnected => "cut once SSH was spoken, or nothing serves there: a firewall that looks inside passes it wrapped (tls://, wss://, https://)",
        (TunnelError.ConnectionLost or TunnelError.Reset, _) => "cut while it was being opened: a firewall that refuses, or a hop that does not speak this protocol",
        (TunnelError.NotSupported, _) => "the hop does not do this: another scheme for it, or another hop",
        (TunnelError.HostKeyUnknown, _) => "a hop's host key is not known: log in there once with adit ssh",
        (TunnelError.HostKeyChanged or TunnelError.HostKeyRevoked, _) => "a hop's host key is not the known one: somebody may be in between; ask whoever runs it",
        (TunnelError.BadConfiguration, _) => "mend what the message names",
        (TunnelError.Closed, _) => "time was over before it was done: fewer ways, or a longer --within",
        _ => "-v tells more",
    };

    private static string Unreached(TunnelError cause) => cause switch
    {
        TunnelError.ConnectionRefused => "nothing listens at the hop's port: mind host and port, or the hop is down",
        TunnelError.TimedOut => "a firewall drops what goes to the hop in silence, or its address is wrong",
        TunnelError.NameNotResolved or TunnelError.NameNotResolvedAtPeer => "the hop's name is not known: mind the spelling",
        TunnelError.Unreachable => "there is no route to the hop, or a firewall refuses it",
        _ => "the hop was not reached",
    };
}

using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Gateway.Forwards;

namespace Adit.Cli.Forward;

/// <summary>One <c>LISTEN=TARGET</c>, a listener each for the ports of a range.</summary>
/// <param name="Listen">Where to listen.</param>
/// <param name="Target">What to dial.</param>
internal sealed record ForwardRule(Destination Listen, Destination Target)
{
    /// <summary>Reads a rule.</summary>
    /// <exception cref="UsageException">It is wrong; the message says which part.</exception>
    public static IReadOnlyList<ForwardRule> Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) throw new UsageException($"forward: {text}: expected LISTEN=TARGET, got no '='");
        ForwardEndpoint listen = Read(text[..equals], text, "listen");
        ForwardEndpoint target = Read(text[(equals + 1)..], text, "target");
        if (listen.IsUdp != target.IsUdp) throw new UsageException($"forward: {text}: expected /udp on both sides or on none, got it on one");
        if (listen.IsUnix) return [new ForwardRule(new UnixDestination(listen.Path!), Single(target, text))];
        if (listen.Ports.Count > 1 && !target.IsUnix && target.Ports.Count > 1 && target.Ports.Count != listen.Ports.Count)
        {
            throw new UsageException($"forward: {text}: expected as many target ports as listening ones ({listen.Ports.Count}), got {target.Ports.Count}");
        }

        return [.. Enumerable.Range(0, listen.Ports.Count).Select(i => new ForwardRule(
            Of(string.IsNullOrEmpty(listen.Host) ? "localhost" : listen.Host, listen.Ports.First + i, listen.IsUdp),
            target.IsUnix ? new UnixDestination(target.Path!) : At(target, target.Ports.Count > 1 ? i : 0, text)))];
    }

    private static ForwardEndpoint Read(string side, string whole, string name) =>
        ForwardEndpoint.TryParse(side, out ForwardEndpoint? endpoint, out string? why) ? endpoint! : throw new UsageException($"forward: {whole}: {name}: {why}");

    private static Destination Single(ForwardEndpoint target, string text) =>
        target.IsUnix ? new UnixDestination(target.Path!)
        : target.Ports.Count == 1 ? At(target, 0, text)
        : throw new UsageException($"forward: {text}: target: expected one port for one socket, got {target.Ports.Count}");

    private static Destination Of(string host, int port, bool isUdp) => isUdp ? new UdpDestination(host, port) : new TcpDestination(host, port);

    private static Destination At(ForwardEndpoint target, int index, string text)
    {
        int port = target.Ports.First + index;
        if (port == 0) throw new UsageException($"forward: {text}: target: expected a port from 1 to 65535, got 0");
        // Where no host stands, the far end of the last hop itself.
        return Of(string.IsNullOrEmpty(target.Host) ? "localhost" : target.Host, port, target.IsUdp);
    }
}

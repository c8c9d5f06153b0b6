using Adit.Cli.Terminal;
using Adit.Gateway.Configuration;
using Adit.Gateway.Forwards;

namespace Adit.Cli.Forward;

/// <summary>One <c>LISTEN=TARGET</c> of the command line.</summary>
internal static class ForwardRule
{
    /// <summary>Reads a rule.</summary>
    /// <exception cref="UsageException">It is wrong; the message says which part.</exception>
    public static ForwardConfiguration Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) throw new UsageException($"forward: {text}: expected LISTEN=TARGET, got no '='");
        ForwardEndpoint listen = Read(text[..equals], text, "listen");
        ForwardEndpoint target = Read(text[(equals + 1)..], text, "target");
        if (listen.IsUdp != target.IsUdp) throw new UsageException($"forward: {text}: expected /udp on both sides or on none, got it on one");
        int here = listen.IsUnix ? 1 : listen.Ports.Count;
        int there = target.IsUnix ? 1 : target.Ports.Count;
        if (listen.IsUnix && there != 1) throw new UsageException($"forward: {text}: target: expected one port for one socket, got {there}");
        if (there != 1 && there != here) throw new UsageException($"forward: {text}: expected as many target ports as listening ones ({here}), got {there}");
        if (!target.IsUnix && target.Ports.First == 0) throw new UsageException($"forward: {text}: target: expected a port from 1 to 65535, got 0");
        // Where no host stands, the far end of the last hop itself.
        return new ForwardConfiguration { Listen = listen, Target = target is { IsUnix: false, Host: "" or null } ? target with { Host = "localhost" } : target };
    }

    private static ForwardEndpoint Read(string side, string whole, string name) =>
        ForwardEndpoint.TryParse(side, out ForwardEndpoint? endpoint, out string? why) ? endpoint! : throw new UsageException($"forward: {whole}: {name}: {why}");
}

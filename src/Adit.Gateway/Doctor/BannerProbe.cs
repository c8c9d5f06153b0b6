using System.Diagnostics;
using System.Text;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Transport;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Gateway.Doctor;

/// <summary>Looks whether a server of SSH is at the end of a stream, and how far away: by identifications alone, with no key exchange.</summary>
internal static class BannerProbe
{
    // Ours: what is shown of something that is not SSH.
    private const int LongestShown = 60;

    /// <summary>Reads the server's identification, sends ours, and waits for what follows, unless it came already.</summary>
    /// <param name="stream">The stream; stays the caller's.</param>
    /// <param name="read">Called once the identification is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The identification, and the round trip where it could be told.</returns>
    /// <exception cref="TunnelException">There is no SSH, or it is cut once it is spoken.</exception>
    public static async Task<(string Identification, TimeSpan? RoundTrip)> RunAsync(DuplexStream stream, Action read, CancellationToken cancellationToken)
    {
        var reader = new IdentificationReader(allowLinesBefore: true);
        byte[] buffer = new byte[4096];
        var first = new StringBuilder();
        while (true)
        {
            int count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0) throw first.Length == 0 ? Lost("expected the identification of SSH, got the end of the stream") : NoSsh(first);
            if (first.Length < LongestShown) first.Append(Printable(buffer.AsSpan(0, Math.Min(count, LongestShown - first.Length))));
            DecodeStatus status = reader.Receive(buffer.AsSpan(0, count), out int consumed);
            if (status == DecodeStatus.Truncated) continue;
            if (status != DecodeStatus.Ok) throw NoSsh(first);
            read();
            return (reader.Line.Text, consumed < count ? null : await AnswerAsync(stream, buffer, cancellationToken).ConfigureAwait(false));
        }
    }

    // A server that waits for our identification before its first packet shows one round trip.
    private static async Task<TimeSpan?> AnswerAsync(DuplexStream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        var ours = IdentificationLine.Create(new SshTransportOptions().SoftwareVersion);
        byte[] line = new byte[ours.EncodedLength];
        ours.Encode(line);
        await stream.WriteAsync(line, cancellationToken).ConfigureAwait(false);
        return await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0
            ? Stopwatch.GetElapsedTime(began)
            : throw Lost("expected SSH to go on, got the end of the stream once our identification was sent");
    }

    private static TunnelException Lost(string what) => new(TunnelError.ConnectionLost, $"ssh: {what}");

    private static TunnelException NoSsh(StringBuilder first) => new(TunnelError.ProtocolViolation, $"ssh: expected the identification of SSH, got \"{first}\"");

    private static string Printable(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder();
        foreach (byte octet in octets) text.Append(octet is >= 0x20 and < 0x7f ? (char)octet : '?');
        return text.ToString();
    }
}

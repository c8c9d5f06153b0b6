using System.Diagnostics;
using Adit.Core;
using Adit.Ssh.Client;

namespace Adit.Gateway.Doctor;

/// <summary>
/// Measures a session. Round trip: keepalive requests. Towards the server: requests that no server knows, padded, a few under way at once, which it reads and refuses, whatever
/// the key may do. From the server: a command that prints zeros, where the key may run one.
/// </summary>
internal static class SpeedTest
{
    /// <summary>The name of a request that is there to be refused (RFC 4251 §6).</summary>
    private const string Padding = "padding@adit";

    // RFC 4253 §6.1: a payload of 32768 octets must be taken.
    private const int PaddingLength = 32_000;

    // Ours: below the least that our own gateway queues; 1 MiB under way.
    private const int UnderWay = 32;

    // Ours: less says nothing of speed; perhaps the command was another one (a forced command).
    private const long LeastOctets = 256 * 1024;

    /// <summary>One round trip, the shortest of three.</summary>
    public static async Task<TimeSpan> RoundTripAsync(SshClient client, CancellationToken cancellationToken)
    {
        TimeSpan shortest = TimeSpan.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            long began = Stopwatch.GetTimestamp();
            await client.Connection.RequestAsync("keepalive@openssh.com", default, cancellationToken).ConfigureAwait(false);
            TimeSpan took = Stopwatch.GetElapsedTime(began);
            if (took < shortest) shortest = took;
        }

        return shortest;
    }

    /// <summary>Octets a second towards the server.</summary>
    public static async Task<double?> UploadAsync(SshClient client, DoctorOptions options, CancellationToken cancellationToken)
    {
        byte[] padding = new byte[PaddingLength];
        Random.Shared.NextBytes(padding);
        long began = Stopwatch.GetTimestamp();
        long sent = 0;
        long arrived = 0;
        var answers = new Queue<Task>();
        while (true)
        {
            bool isMore = sent < options.SpeedOctets && Stopwatch.GetElapsedTime(began) < options.SpeedTime;
            if (!isMore && answers.Count == 0) break;
            if (isMore && answers.Count < UnderWay)
            {
                answers.Enqueue(client.Connection.RequestAsync(Padding, padding, cancellationToken).AsTask());
                sent += PaddingLength;
                continue;
            }

            await answers.Dequeue().ConfigureAwait(false);
            arrived += PaddingLength;
        }

        return arrived < LeastOctets ? null : arrived / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Octets a second from the server; null where it runs no command of ours.</summary>
    public static async Task<double?> DownloadAsync(SshClient client, DoctorOptions options, CancellationToken cancellationToken)
    {
        try
        {
            SshSession session = await SshSession.OpenAsync(client, cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                await session.ExecuteAsync(FormattableString.Invariant($"head -c {options.SpeedOctets} /dev/zero"), cancellationToken).ConfigureAwait(false);
                byte[] buffer = new byte[64 * 1024];
                long received = 0;
                long began = Stopwatch.GetTimestamp();
                TimeSpan took = TimeSpan.Zero;
                while (took < options.SpeedTime && await session.Stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int count)
                {
                    received += count;
                    took = Stopwatch.GetElapsedTime(began);
                }

                return received < LeastOctets ? null : received / took.TotalSeconds;
            }
        }
        catch (TunnelException)
        {
            return null; // it runs none
        }
    }
}

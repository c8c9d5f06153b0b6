using Adit.Core.Lifeline;
using Adit.TestKit.Codecs;

namespace Adit.TestKit.Lifelines;

/// <summary>Writes seeded octets at both ends, reads and compares them, and ends both directions. Readers sometimes wait with a room of their own, of any size.</summary>
public sealed class SimulatedTransfer(SimulatedNetwork network, int up, int down, int seed)
{
    private readonly byte[] _room = new byte[16 * 1024];
    private readonly Memory<byte>[] _waiting = [new byte[16 * 1024], new byte[16 * 1024]];
    private readonly Random _chance = new(seed);
    private int _sentUp, _sentDown, _gotUp, _gotDown;

    /// <summary>Both directions over a path that loses, doubles and reorders as the seed says; everything must arrive.</summary>
    /// <exception cref="CodecFailureException">It did not.</exception>
    public static void RunHostile(int seed)
    {
        var chance = new Random(seed);
        using var network = new SimulatedNetwork(seed, chance.Next(2) == 0);
        network.AddPath(new PathConditions
        {
            Loss = chance.NextDouble() * 0.3,
            Duplication = chance.NextDouble() * 0.3,
            Delay = chance.NextInt64(1_000, 100_000),
            Spacing = 500,
            Jitter = chance.Next(3) == 0 ? 500 * 300 : chance.NextInt64(10_000), // as much as 300 packets
            Mtu = chance.Next(200, 1400),
        });
        var transfer = new SimulatedTransfer(network, chance.Next(30_000), chance.Next(30_000), seed);
        if (!network.Run(transfer.Step, 600_000_000)) throw new CodecFailureException($"seed {seed}: {transfer}");
    }

    public long Received => _gotUp + (long)_gotDown;

    public bool Step()
    {
        if (network.Client is not { } client) return false;
        Write(client, ref _sentUp, up, 1);
        Read(client, ref _gotDown, down, 2);
        if (network.Served is not { } served) return false;
        Write(served, ref _sentDown, down, 2);
        Read(served, ref _gotUp, up, 1);
        return client.IsFinished && served.IsFinished && _gotUp == up && _gotDown == down;
    }

    public override string ToString() =>
        $"up {_gotUp} of {_sentUp} of {up}, down {_gotDown} of {_sentDown} of {down}, {network.Datagrams} datagrams, client {network.Client?.End} {network.Client?.EndReason}, server {network.Served?.End} {network.Served?.EndReason}"
        + string.Concat(network.Paths.Select(p => $"; path {p.Client?.Number:x} timeouts {p.Client?.Timeouts}/{p.Served?.Timeouts} in flight {p.Client?.InFlight}/{p.Served?.InFlight} lost {p.Client?.Lost}/{p.Served?.Lost} confirmed {p.Client?.IsConfirmed} wanted {p.Client?.IsWanted}/{p.Client?.IsWantedByPeer} backlog {network.Client?.Backlog}/{network.Served?.Backlog}"));

    private void Write(LifelineSession side, ref int sent, int total, int direction)
    {
        while (sent < total && side.WriteRoom > 0)
        {
            int count = Math.Min(Math.Min(_room.Length, total - sent), side.WriteRoom);
            for (int i = 0; i < count; i++) _room[i] = Octet(sent + i, direction);
            sent += side.Write(_room.AsSpan(0, count));
        }

        if (sent == total) side.CompleteWrites();
    }

    private void Read(LifelineSession side, ref int got, int total, int direction)
    {
        Memory<byte> waiting = _waiting[direction - 1];
        Compare(waiting.Span[..side.TakeSunk()], ref got, total, direction);
        while (side.Read(_room) is > 0 and var count) Compare(_room.AsSpan(0, count), ref got, total, direction);
        if (_chance.Next(3) > 0) side.Sink(waiting[.._chance.Next(1, waiting.Length)]);
    }

    private void Compare(ReadOnlySpan<byte> octets, ref int got, int total, int direction)
    {
        for (int i = 0; i < octets.Length; i++) if (octets[i] != Octet(got + i, direction)) throw new CodecFailureException($"octet {got + i} is wrong");
        got += octets.Length;
        if (got > total) throw new CodecFailureException("more came than was sent");
    }

    private byte Octet(int at, int direction) => (byte)((at * 2654435761u >> 13) ^ (uint)(seed * 31) ^ (uint)direction);
}

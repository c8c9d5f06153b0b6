using Adit.Core;
using Adit.Core.Links;
using Adit.Ssh.Channels;
using Adit.Ssh.Tests.Channels;
using Adit.Ssh.Tests.Transport;
using Adit.Ssh.Tunnels;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Tunnels;

/// <summary>A tunnel between a client and a server that are joined in memory.</summary>
internal sealed class TunnelPair : IAsyncDisposable
{
    private readonly ConnectionPair _connections;

    private TunnelPair(ConnectionPair connections, SshTunnelLink client, SshTunnelLink server) => (_connections, Client, Server) = (connections, client, server);

    public SshTunnelLink Client { get; }

    public SshTunnelLink Server { get; }

    public ConnectionPair Connections => _connections;

    public static async Task<TunnelPair> OpenAsync(TunnelMode mode, int? unit = null)
    {
        var opened = new TaskCompletionSource<SshTunnelLink>();
        ConnectionPair connections = await ConnectionPair.ConnectAsync(service: new FakeService
        {
            Open = (opening, _) =>
            {
                Assert.Equal(SshTunnelLink.ChannelType, opening.ChannelType);
                byte[] expected = SshChannel.Encode(new TunOpenFields((uint)mode, (uint?)unit ?? TunOpenFields.AnyUnit));
                Assert.Equal(expected, opening.Fields.ToArray());
                return ValueTask.FromResult(ChannelVerdict.Accept(static _ => Task.CompletedTask, channel => opened.SetResult(new SshTunnelLink(channel, mode))));
            },
        });
        SshTunnelLink client = await connections.Client.OpenTunnelAsync(mode, unit);
        return new TunnelPair(connections, client, await opened.Task);
    }

    /// <summary>Opens a tunnel whose server side is the channel itself, as the octets come and go.</summary>
    public static async Task<(ConnectionPair Connections, SshTunnelLink Client, SshChannel Server)> OpenRawAsync(TunnelMode mode)
    {
        var opened = new TaskCompletionSource<SshChannel>();
        ConnectionPair connections = await ConnectionPair.ConnectAsync(service: new FakeService
        {
            Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Accept(channel =>
            {
                opened.SetResult(channel);
                return Task.CompletedTask;
            })),
        });
        return (connections, await connections.Client.OpenTunnelAsync(mode), await opened.Task);
    }

    public static PacketBatch Batch(params byte[][] packets)
    {
        var batch = new PacketBatch(packets.Length, packets.Length);
        foreach (byte[] packet in packets) Assert.True(batch.Add(packet));
        for (int i = 0; i < batch.Count; i++) batch[i].NetworkStart = batch[i].Offset;
        return batch;
    }

    /// <summary>Receives so many packets, however they come.</summary>
    public static List<byte[]> Receive(ILink link, int count)
    {
        var all = new List<byte[]>();
        var batch = new PacketBatch(8, 64);
        while (all.Count < count)
        {
            batch.Clear();
            if (link.Receive(batch) == 0) throw new TunnelException(TunnelError.Closed, "the link has ended");
            foreach (ref readonly Packet packet in batch.Packets) all.Add(batch.Octets(packet).ToArray());
        }

        return all;
    }

    /// <summary>An IPv4 packet of UDP, or an IPv6 one, of octets that a seed chooses.</summary>
    public static byte[] Ip(int version, int length, int seed = 1, ushort port = 7)
    {
        byte[] packet = new byte[length];
        new Random(seed).NextBytes(packet);
        packet[0] = (byte)(version << 4 | (version == 4 ? 5 : 0));
        packet[version == 4 ? 9 : 6] = 17;
        int transport = version == 4 ? 20 : 40;
        if (version == 4) packet[6] = packet[7] = 0;
        packet.AsSpan(version == 4 ? 12 : 8, transport - (version == 4 ? 12 : 8)).Fill(9);
        if (length >= transport + 4)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(transport), port);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(transport + 2), port);
        }

        return packet;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        await _connections.DisposeAsync();
    }
}

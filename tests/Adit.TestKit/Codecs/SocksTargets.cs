using System.Net;
using System.Text;
using Adit.Wire.Socks;

namespace Adit.TestKit.Codecs;

/// <summary>The SOCKS handshakes as fuzz targets: any octets, in one piece and in two, come to the same end.</summary>
public static class SocksTargets
{
    /// <summary>What clients send: a whole handshake, and payload behind it.</summary>
    public static IReadOnlyList<byte[]> ClientInputs { get; } =
    [
        Octets.Of("04 01 u16:80 c0000201 'user' 00 'GET /'"),
        Octets.Of("04 01 u16:443 00000001 'user' 00 'example.net' 00 16 03 01"),
        Octets.Of("05 01 00 05 01 00 01 7f000001 u16:22 'SSH-2.0-x'"),
        Octets.Of("05 02 00 02 05 01 00 03 0b 'example.net' u16:443"),
        Octets.Of("05 01 00 05 03 00 04 20010db8000000000000000000000001 u16:53"),
        Octets.Of("05 01 02 01 04 'user' 04 'pass' 05 02 00 01 7f000001 u16:22"),
    ];

    /// <summary>What proxies send.</summary>
    public static IReadOnlyList<byte[]> ServerInputs { get; } =
    [
        Octets.Of("05 00 05 00 00 01 7f000001 u16:4000 'payload'"),
        Octets.Of("05 02 01 00 05 00 00 03 04 'name' u16:4000"),
        Octets.Of("05 00 05 05 00 01 00000000 0000"),
        Octets.Of("00 5a u16:80 c0000201 'payload'"),
        Octets.Of("00 5b u16:0 00000000"),
    ];

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("socks-server", ClientInputs, input => Halves(input, pieces => Serve(pieces, null))),
        new("socks-server-credentials", ClientInputs, input => Halves(input, pieces => Serve(pieces, new() { RequireCredentials = true }))),
        new("socks-client-5", ServerInputs, input => Halves(input, pieces => Ask(pieces, new(SocksVersion.Socks5, SocksCommand.Connect, "h", 1, "u")))),
        new("socks-client-4a", ServerInputs, input => Halves(input, pieces => Ask(pieces, new(SocksVersion.Socks4a, SocksCommand.Connect, "h", 1)))),
    ];

    /// <summary>Serves a client: every user but "mallory" is known and every request granted.</summary>
    /// <returns>The events, what was sent, and the octets left as payload.</returns>
    public static string Serve(IReadOnlyList<byte[]> pieces, SocksServerOptions? options)
    {
        var server = new SocksServerHandshake(options);
        var log = new StringBuilder();
        byte[] left = [];
        foreach (byte[] piece in pieces)
        {
            left = [.. left, .. piece];
            while (true)
            {
                SocksServerEvent found = server.Receive(left, out int consumed);
                left = left[consumed..];
                if (found == SocksServerEvent.Credentials)
                {
                    log.Append($"credentials {server.User}/{server.Password}; ");
                    server.AnswerCredentials(server.User != "mallory");
                    continue;
                }

                if (found == SocksServerEvent.NeedMore) break;
                log.Append(found).Append(' ');
                if (found == SocksServerEvent.Failed)
                {
                    byte[] last = server.TakeOutput();
                    return last.Length <= 64 ? log.Append($"{server.FailureReason}; sent {Convert.ToHexString(last)}").ToString() : throw new CodecFailureException("too much output");
                }

                log.Append(server.Request).Append("; ");
                server.Reply(SocksReply.Succeeded, new IPEndPoint(IPAddress.Loopback, 4000));
            }
        }

        return log.Append($"done {server.IsDone}; sent {Convert.ToHexString(server.TakeOutput())}; left {Convert.ToHexString(left)}").ToString();
    }

    /// <summary>Asks a proxy.</summary>
    public static string Ask(IReadOnlyList<byte[]> pieces, SocksRequest request)
    {
        var client = new SocksClientHandshake(request, "p");
        byte[] left = [];
        SocksClientEvent found = SocksClientEvent.NeedMore;
        foreach (byte[] piece in pieces)
        {
            left = [.. left, .. piece];
            found = client.Receive(left, out int consumed);
            left = left[consumed..];
            if (found == SocksClientEvent.Failed) return $"{found} {client.Reply} {client.FailureReason}";
        }

        return $"{found} {client.Reply} {client.BoundHost} {client.BoundPort}; sent {Convert.ToHexString(client.TakeOutput())}; left {Convert.ToHexString(left)}";
    }

    private static void Halves(ReadOnlySpan<byte> input, Func<IReadOnlyList<byte[]>, string> run)
    {
        byte[] all = input.ToArray();
        string whole = run([all]);
        int middle = all.Length / 2;
        string halves = run([all[..middle], all[middle..]]);
        if (whole != halves) throw new CodecFailureException($"whole: [{whole}], in halves: [{halves}]");
    }
}

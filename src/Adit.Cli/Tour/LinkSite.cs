using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Links;
using Adit.Platform.Netlink;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Cli.Tour;

/// <summary>Two networks inside this process, joined by a pair of interfaces as by a cable; gone with the process or before.</summary>
internal sealed class LinkSite : IDisposable
{
    private const string Cable = "cable";
    private readonly IsolatedNetwork _near = new();
    private readonly IsolatedNetwork _far = new();

    public LinkSite()
    {
        _near.Run(() =>
        {
            using var netlink = new RtNetlink();
            netlink.CreatePair(Cable, Cable, _far);
        });
        foreach ((IsolatedNetwork network, int host) in new[] { (_near, 1), (_far, 2) })
        {
            network.Run(() =>
            {
                using var netlink = new RtNetlink();
                netlink.AddAddress(Cable, new InterfaceAddress(IPAddress.Parse($"192.0.2.{host}"), 24));
                netlink.AddAddress(Cable, new InterfaceAddress(IPAddress.Parse($"2001:db8::{host}"), 64));
                netlink.Change(Cable, new InterfaceChange { IsUp = true });
            });
        }
    }

    /// <summary>Opens one end of a link.</summary>
    /// <param name="words">Type and options as on the command line.</param>
    /// <param name="isNear">Which end.</param>
    /// <param name="outerIsIpv6">What delivers it.</param>
    /// <param name="innerIsIpv6">What it carries.</param>
    /// <param name="path">The socket of a stream; null for the others.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RunningLink> OpenAsync(string words, bool isNear, bool outerIsIpv6, bool innerIsIpv6, string? path, CancellationToken cancellationToken)
    {
        string[] given = words.Split(' ');
        var all = new List<(string Name, string Value)> { ("type", given[0]), ("address", InnerAddress(innerIsIpv6, isNear ? 1 : 2) + (innerIsIpv6 ? "/64" : "/30")) };
        for (int i = 1; i + 1 < given.Length; i += 2) all.Add((given[i][2..], given[i + 1]));
        if (path is not null)
        {
            all.Add((isNear ? "remote" : "local", $"unix:{path}"));
        }
        else
        {
            string net = outerIsIpv6 ? "2001:db8::" : "192.0.2.";
            all.Add(("local", net + (isNear ? "1" : "2")));
            all.Add(("remote", net + (isNear ? "2" : "1")));
        }

        return LinkFactory.OpenAsync(LinkWords.Read(all), NullLogger.Instance, isNear ? _near : _far, cancellationToken);
    }

    /// <summary>An echo behind the link.</summary>
    public TourEcho Echo(bool innerIsIpv6) => _far.Run(() =>
    {
        // Binding an address completes at once, on this thread.
        Task<IStreamListener> bound = new SocketBinder().BindAsync(new TcpDestination(InnerAddress(innerIsIpv6, 2), 0)).AsTask();
        return TourEcho.Start(bound.GetAwaiter().GetResult());
    });

    /// <summary>Connects to the echo, as a program on this side would.</summary>
    public async Task<DuplexStream> DialAsync(bool innerIsIpv6, Destination to, CancellationToken cancellationToken)
    {
        Socket socket = _near.Run(() => new Socket(innerIsIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(InnerAddress(innerIsIpv6, 2)), ((TcpDestination)to).Port), cancellationToken).ConfigureAwait(false);
            return new SocketStream(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new TunnelException(TunnelError.Unreachable, $"link: echo at {to}: {e.Message}", inner: e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    private static string InnerAddress(bool isIpv6, int host) => isIpv6 ? $"fd00::{host}" : $"10.0.0.{host}";
}

using System.Net;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>What a listener tells its service.</summary>
internal interface IForwardingObserver
{
    /// <summary>Relays a channel and counts and logs it.</summary>
    Task RelayAsync(string what, Destination place, IPEndPoint? from, SshChannel channel, DuplexStream stream);

    /// <summary>The client did not take a stream.</summary>
    void OnRefusedByClient(Destination place, string why);
}

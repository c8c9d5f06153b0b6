using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Ssh.Server.Forwarding;

namespace Adit.Ssh.Tests.Server.Forwarding;

/// <summary>A policy that allows all but what a test denies.</summary>
internal sealed class FakePolicy : IForwardingPolicy
{
    public Func<Destination, bool> Open { get; set; } = _ => true;

    public Func<IPAddress, bool> Address { get; set; } = _ => true;

    public Func<Destination, bool> Listen { get; set; } = _ => true;

    public Func<IPAddress, bool> Bind { get; set; } = _ => true;

    public PolicyVerdict JudgeOpen(Destination to) => new(Open(to), "rule of opening");

    public PolicyVerdict JudgeAddress(TcpDestination to, IPAddress address) => new(Address(address), $"rule of {address}");

    public PolicyVerdict JudgeListen(Destination at) => new(Listen(at), "rule of listening");

    public PolicyVerdict JudgeBind(TcpDestination at, IPAddress address) => new(Bind(address), "rule of binding");
}

using Adit.Core.Streams;

namespace Adit.Ssh.Forwarding;

/// <summary>A connection that a <see cref="Forwarder"/> carries.</summary>
/// <param name="Incoming">What was accepted. Its stream belongs to the forwarder.</param>
/// <param name="Began">When.</param>
public sealed record ForwardedConnection(Incoming Incoming, DateTimeOffset Began);

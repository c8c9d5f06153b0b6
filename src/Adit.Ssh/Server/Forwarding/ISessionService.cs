using Adit.Ssh.Channels;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>Serves session channels (RFC 4254 §6).</summary>
public interface ISessionService
{
    /// <summary>Judges a session channel that the client opens.</summary>
    ChannelVerdict OpenSession();
}

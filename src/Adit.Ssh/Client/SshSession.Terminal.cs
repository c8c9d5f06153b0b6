using System.Buffers.Binary;
using Adit.Ssh.Channels;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Client;

/// <summary>A session's terminal at the server (RFC 4254 §6.2, §6.7; RFC 4335), and the agent that goes with it.</summary>
public sealed partial class SshSession
{
    /// <summary>Asks for a terminal; to be sent before the command or shell.</summary>
    /// <param name="terminal">Its kind, size and modes.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <returns>Whether the server made one.</returns>
    public async Task<bool> RequestTerminalAsync(PtyReqFields terminal, CancellationToken cancellationToken = default) =>
        await _channel.RequestAsync("pty-req", SshChannel.Encode(terminal), cancellationToken).ConfigureAwait(false);

    /// <summary>Tells the new size of the terminal.</summary>
    public void ResizeTerminal(WindowChangeFields size) => _channel.Notify("window-change", SshChannel.Encode(size));

    /// <summary>Sends a break, as a serial line has it.</summary>
    /// <param name="length">How long; 0.5 s to 3 s, else the server may choose (RFC 4335 §3).</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <returns>Whether the server performed it.</returns>
    public async Task<bool> SendBreakAsync(TimeSpan length, CancellationToken cancellationToken = default)
    {
        byte[] milliseconds = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(milliseconds, (uint)length.TotalMilliseconds);
        return await _channel.RequestAsync("break", milliseconds, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Offers an agent to this session's command (auth-agent-req@openssh.com); <see cref="SshClient.AgentRelay"/> must serve it.</summary>
    public void OfferAgent() => _channel.Notify("auth-agent-req@openssh.com", default);
}

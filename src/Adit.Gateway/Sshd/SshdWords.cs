using Adit.Core;
using Adit.Ssh.Config;

namespace Adit.Gateway.Sshd;

/// <summary>The ends of connections in the words that people and programs look for in sshd's log.</summary>
internal static class SshdWords
{
    /// <summary>Tells how a connection ended.</summary>
    /// <param name="log">The log.</param>
    /// <param name="reason">Why; null for an end in order.</param>
    /// <param name="who">Such as <c>authenticating user root</c>; empty where no name was given.</param>
    /// <param name="peer">Where the client is.</param>
    /// <param name="suffix">Such as <c> [preauth]</c>.</param>
    public static void TellEnd(ISshdLog log, Exception? reason, string who, SshdPeer peer, string suffix)
    {
        string whom = who.Length == 0 ? peer.ToString() : $"{who} {peer}";
        string message = reason?.Message ?? "";
        switch (reason)
        {
            case TunnelException when message.StartsWith("Received disconnect: ", StringComparison.Ordinal):
                log.Write(SshLogLevel.Info, $"Received disconnect from {peer}:{message["Received disconnect: ".Length..]}{suffix}");
                log.Write(SshLogLevel.Info, $"Disconnected from {whom}{suffix}");
                break;
            case TunnelException { Error: TunnelError.AuthenticationFailed }:
                log.Write(SshLogLevel.Info, $"Disconnecting {whom}: {message}{suffix}");
                break;
            case TunnelException { Error: TunnelError.NoCommonAlgorithm }:
                log.Write(SshLogLevel.Info, $"Unable to negotiate with {whom}: {message}{suffix}");
                break;
            case TunnelException { Error: TunnelError.TimedOut } when message.StartsWith("Timeout, ", StringComparison.Ordinal):
                log.Write(SshLogLevel.Info, $"Timeout, client not responding from {whom}");
                break;
            case TunnelException { Error: TunnelError.TimedOut }:
                log.Write(SshLogLevel.Info, $"Timeout before authentication for {peer}");
                break;
            case TunnelException { Error: TunnelError.Reset }:
                log.Write(SshLogLevel.Info, $"Connection reset by {whom}{suffix}");
                break;
            case TunnelException { Error: TunnelError.ProtocolViolation } when message.StartsWith("Corrupted", StringComparison.Ordinal) || message.StartsWith("Bad packet length", StringComparison.Ordinal):
                log.Write(SshLogLevel.Error, message);
                log.Write(SshLogLevel.Error, $"ssh_dispatch_run_fatal: Connection from {whom}: message authentication code incorrect{suffix}");
                break;
            case TunnelException { Error: TunnelError.ProtocolViolation } when message.Contains("identification", StringComparison.Ordinal):
                log.Write(SshLogLevel.Info, $"banner exchange: Connection from {peer}: invalid format");
                break;
            case null or TunnelException { Error: TunnelError.ConnectionLost or TunnelError.Closed }:
                log.Write(SshLogLevel.Info, $"Connection closed by {whom}{suffix}");
                break;
            default:
                log.Write(SshLogLevel.Error, $"Disconnecting {whom}: {message}{suffix}");
                break;
        }
    }
}

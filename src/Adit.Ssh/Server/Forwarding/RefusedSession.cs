using System.Text;
using Adit.Ssh.Channels;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>
/// A session channel of a server that runs nothing. ssh(1) shows what a program writes to standard error, and little of why an opening or a
/// request failed; so the program is taken to have started, says its line, and ends with status 1. A terminal and variables are refused.
/// </summary>
internal sealed class RefusedSession(string text, Action<string> refused)
{
    private readonly TaskCompletionSource<string> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static ChannelVerdict Open(string text, Action<string> refused)
    {
        var session = new RefusedSession(text, refused);
        return ChannelVerdict.Accept(session.RunAsync, channel => channel.RequestReceived = session.OnRequest);
    }

    private bool OnRequest(string type, ReadOnlyMemory<byte> fields) => type is "shell" or "exec" or "subsystem" && _asked.TrySetResult(type);

    private async Task RunAsync(SshChannel channel)
    {
        if (await Task.WhenAny(_asked.Task, channel.Closed).ConfigureAwait(false) == channel.Closed) return;
        refused(await _asked.Task.ConfigureAwait(false));
        await channel.WriteStandardErrorAsync(Encoding.UTF8.GetBytes(text + "\r\n")).ConfigureAwait(false);
        channel.CloseWithExitStatus(1);
    }
}

using Adit.Core;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Channels;

/// <summary>Channel requests (RFC 4254 §5.4), both ways.</summary>
public sealed partial class SshChannel
{
    private readonly Queue<TaskCompletionSource<bool>> _requests = new();

    /// <summary>Judges the peer's requests: the type and its fields in, whether it is granted out. Called on the receive loop: be brief. Null refuses all.</summary>
    public Func<string, ReadOnlyMemory<byte>, bool>? RequestReceived { get; set; }

    /// <summary>Sends a request and waits for the answer.</summary>
    /// <returns>Whether the peer granted it.</returns>
    public async ValueTask<bool> RequestAsync(string type, ReadOnlyMemory<byte> fields, CancellationToken cancellationToken = default)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_requests)
        {
            // Under the lock: answers come in the order in which the requests were sent.
            if (_closeReceived) return false;
            _connection.Send(new ChannelRequestMessage(_remoteId, type, true, fields));
            _requests.Enqueue(answer);
        }

        return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request that has no answer.</summary>
    public void Notify(string type, ReadOnlyMemory<byte> fields) => _connection.Send(new ChannelRequestMessage(_remoteId, type, false, fields));

    /// <summary>Encodes the fields of a request.</summary>
    public static byte[] Encode<T>(in T fields)
        where T : IWireValue<T>
    {
        byte[] octets = new byte[fields.EncodedLength];
        _ = fields.Encode(octets);
        return octets;
    }

    /// <summary>Ends the channel with an exit status (RFC 4254 §6.10), after everything written.</summary>
    public void CloseWithExitStatus(uint status) =>
        CloseWith(Encode(new ChannelRequestMessage(_remoteId, "exit-status", false, Encode(new ExitStatusFields(status)))));

    /// <summary>Ends the channel because a signal ended its program (RFC 4254 §6.10), after everything written.</summary>
    /// <param name="name">The signal's name without SIG.</param>
    /// <param name="coreDumped">Whether a core file was left.</param>
    public void CloseWithExitSignal(string name, bool coreDumped) =>
        CloseWith(Encode(new ChannelRequestMessage(_remoteId, "exit-signal", false, Encode(new ExitSignalFields(name, coreDumped, "", "")))));

    /// <summary>SSH_MSG_CHANNEL_REQUEST. Receive loop.</summary>
    internal void OnRequest(in ChannelRequestMessage message)
    {
        bool granted = _connection.Judge(RequestReceived, message);
        if (!message.WantReply || _closeSent) return;
        if (granted) _connection.Send(new ChannelSuccessMessage(_remoteId));
        else _connection.Send(new ChannelFailureMessage(_remoteId));
    }

    /// <summary>SSH_MSG_CHANNEL_SUCCESS or _FAILURE. Receive loop.</summary>
    internal void OnRequestAnswer(bool granted)
    {
        TaskCompletionSource<bool>? answer;
        lock (_requests) _requests.TryDequeue(out answer);
        if (answer is null) throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: channel {Id}: expected no answer, got one to no request");
        answer.TrySetResult(granted);
    }

    private void FailRequests()
    {
        lock (_requests)
        {
            while (_requests.TryDequeue(out TaskCompletionSource<bool>? answer)) answer.TrySetResult(false);
        }
    }
}

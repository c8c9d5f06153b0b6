namespace Adit.Gateway.Leases;

/// <summary>The session that holds leases.</summary>
public interface ILeaseHolder
{
    /// <summary>The session in words, for a log or a refusal.</summary>
    string Name { get; }

    /// <summary>Asks the peer for a sign of life (<c>keepalive@openssh.com</c>).</summary>
    /// <returns>True once it answered; false if it cannot any more. The caller gives up after its own time and then cancels.</returns>
    ValueTask<bool> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Ends the session; another one has taken its listener over. Does not wait.</summary>
    void Close(string reason);
}

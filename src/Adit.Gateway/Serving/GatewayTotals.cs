namespace Adit.Gateway.Serving;

/// <summary>What the sessions of a gateway that are over did. Safe for use by many threads.</summary>
internal sealed class GatewayTotals
{
    private long _sent;
    private long _received;
    private long _failedLogins;

    public long Sent => Interlocked.Read(ref _sent);

    public long Received => Interlocked.Read(ref _received);

    public long FailedLogins => Interlocked.Read(ref _failedLogins);

    public void AddSession(long sent, long received)
    {
        Interlocked.Add(ref _sent, sent);
        Interlocked.Add(ref _received, received);
    }

    public void AddFailedLogin() => Interlocked.Increment(ref _failedLogins);
}

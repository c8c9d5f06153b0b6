using Adit.Gateway.Leases;

namespace Adit.Gateway.Tests.Leases;

/// <summary>A session that answers, breaks, or says nothing.</summary>
internal sealed class FakeHolder(string name, Func<CancellationToken, Task<bool>>? probe = null) : ILeaseHolder
{
    public string Name { get; } = name;

    public string? Closed { get; private set; }

    public int Probes { get; private set; }

    public static Task<bool> Silence(CancellationToken _) => new TaskCompletionSource<bool>().Task;

    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        Probes++;
        return probe is null || await probe(cancellationToken);
    }

    public void Close(string reason) => Closed = reason;
}

using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Ssh.Tests.Forwarding;

/// <summary>A dialer whose targets are the test's: what is dialled, and what comes of it.</summary>
internal sealed class MemoryDialer(Func<DialRequest, Task<DuplexStream>> dial) : IStreamDialer
{
    public List<DialRequest> Requests { get; } = [];

    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        lock (Requests) Requests.Add(request);
        return await dial(request).WaitAsync(cancellationToken);
    }
}

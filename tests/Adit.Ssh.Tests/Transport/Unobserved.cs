using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Adit.Ssh.Tests.Transport;

/// <summary>Collects exceptions of tasks that nobody looked at, from the start of the test program on.</summary>
internal static class Unobserved
{
    private static readonly ConcurrentQueue<string> Seen = new();

    [ModuleInitializer]
    internal static void Hook() => TaskScheduler.UnobservedTaskException += (_, e) => Seen.Enqueue(e.Exception.ToString());

    public static void AssertNone()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Empty(Seen);
    }
}

using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Netlink;

/// <summary>
/// A network of its own inside this process (network_namespaces(7)): one thread lives in it, and what that thread opens (sockets, devices, child processes) belongs to it for good, whoever uses it. It is
/// gone with the last of them. Needs CAP_SYS_ADMIN.
/// </summary>
public sealed partial class IsolatedNetwork : IDisposable
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET, linux/sched.h

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly TaskCompletionSource<SafeFileHandle> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SafeFileHandle _namespace;

    /// <summary>Makes one, with nothing in it but a loopback interface, which is set up.</summary>
    /// <exception cref="NetlinkException">The kernel refuses, or CAP_SYS_ADMIN is missing.</exception>
    public IsolatedNetwork()
    {
        _thread = new Thread(Live) { IsBackground = true, Name = "isolated network" };
        _thread.Start();
        _namespace = _made.Task.GetAwaiter().GetResult();
        Run(() =>
        {
            using var netlink = new RtNetlink();
            netlink.Change("lo", new InterfaceChange { IsUp = true });
        });
    }

    /// <summary>The descriptor of the namespace, valid while this lives.</summary>
    internal int Descriptor => (int)_namespace.DangerousGetHandle();

    /// <summary>Does something in it and waits for the end.</summary>
    /// <param name="work">What is done; on the thread that lives there.</param>
    public T Run<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        T result = default!;
        Run(() => { result = work(); });
        return result;
    }

    /// <summary>Does something in it and waits for the end.</summary>
    /// <param name="work">What is done; on the thread that lives there.</param>
    public void Run(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (Thread.CurrentThread == _thread)
        {
            work();
            return;
        }

        ExceptionDispatchInfo? failure = null;
        using var done = new ManualResetEventSlim();
        _work.Add(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        failure?.Throw();
    }

    /// <summary>Ends its thread. What was opened in it lives on until it is closed.</summary>
    public void Dispose()
    {
        if (_work.IsAddingCompleted) return;
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
        _namespace.Dispose();
    }

    private void Live()
    {
        if (unshare(NewNetwork) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            _made.SetException(new NetlinkException("network namespace: make", error, error == 1 ? "needs root (CAP_SYS_ADMIN)" : null));
            return;
        }

        try
        {
            _made.SetResult(File.OpenHandle("/proc/thread-self/ns/net", FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        }
        catch (Exception e)
        {
            _made.SetException(e);
            return;
        }

        foreach (Action each in _work.GetConsumingEnumerable()) each();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);
}

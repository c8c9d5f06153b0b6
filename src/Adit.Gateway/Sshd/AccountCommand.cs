using System.Text;
using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Platform.Libc;
using Adit.Platform.Processes;

namespace Adit.Gateway.Sshd;

/// <summary>AuthorizedKeysCommand and AuthorizedPrincipalsCommand: runs a program as an account and takes its lines.</summary>
internal static class AccountCommand
{
    private const int GreatestOutput = 4 * 1024 * 1024; // ours: octets
    private const int WritableByOthers = 0x12; // 0022
    private const int Kill = 9; // SIGKILL

    // Ours: a login that waits longer is better told no.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs it.</summary>
    /// <param name="what">The keyword, for messages.</param>
    /// <param name="words">The program's absolute path and its arguments.</param>
    /// <param name="account">As whom it runs.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TunnelException">It may not be trusted, could not be started, or failed.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(string what, IReadOnlyList<string> words, UserAccount account, CancellationToken cancellationToken)
    {
        RefuseUnsafe(what, words[0]);
        (DescriptorHandle fromChild, DescriptorHandle output) = DescriptorPipe.Create();
        ChildProcess child;
        var reader = new PolledDescriptor(fromChild);
        try
        {
            using (output)
            {
                child = await AsAccount.RunAsync(null, () => ChildProcess.Start(new ChildProcessStart
                {
                    Program = words[0],
                    Arguments = words,
                    Environment = [$"PATH=/usr/bin:/bin:/usr/sbin:/sbin", $"USER={account.Name}", $"LOGNAME={account.Name}", $"HOME={account.Home}"],
                    WorkingDirectory = "/",
                    Output = output,
                    NewSession = true,
                    Account = FileStatus.CurrentUser == 0 ? account : null,
                })).ConfigureAwait(false);
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            try
            {
                string text = await ReadAsync(what, reader, limit.Token).ConfigureAwait(false);
                ProcessExit exit = await child.ExitedAsync.WaitAsync(limit.Token).ConfigureAwait(false);
                if (exit.Status != 0) throw Wrong(what, $"{words[0]} failed, status {exit.Status}");
                return text.Split('\n');
            }
            catch
            {
                child.Signal(Kill, group: true);
                throw;
            }
        }
        finally
        {
            reader.Dispose();
        }
    }

    private static async Task<string> ReadAsync(string what, PolledDescriptor reader, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        byte[] part = new byte[16 * 1024];
        while (true)
        {
            int count = await reader.ReadAsync(part, cancellationToken).ConfigureAwait(false);
            if (count == 0) return Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
            all.Write(part, 0, count);
            if (all.Length > GreatestOutput) throw Wrong(what, $"expected at most {GreatestOutput} octets of output");
        }
    }

    // sshd_config(5): owned by root, not writable by group or others; all the folders above it too.
    private static void RefuseUnsafe(string what, string program)
    {
        string path = FileStatus.ResolvePath(program) ?? throw Wrong(what, $"{program}: No such file or directory");
        for (string? at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            if (!FileStatus.TryRead(at, out FileStatus status) || (status.Owner != 0 && status.Owner != FileStatus.CurrentUser) || (status.Mode & WritableByOthers & ~(at == path ? 0 : Sticky(status))) != 0)
            {
                throw Wrong(what, $"Unsafe {what} \"{program}\": bad ownership or modes for {at}");
            }
        }
    }

    private static int Sticky(FileStatus status) => (status.Mode & 0x200) != 0 ? WritableByOthers : 0;

    private static TunnelException Wrong(string what, string why) => new(TunnelError.BadConfiguration, $"{what}: {why}");
}

namespace Adit.TestKit.Peers;

/// <summary>An account of this system for one test, with a home folder of its own. Takes root; disposing removes it and all that it runs.</summary>
public sealed class TestUser : IAsyncDisposable
{
    private static int s_count;

    private TestUser(string name) => Name = name;

    public string Name { get; }

    public string Home => $"/home/{Name}";

    /// <summary>Makes the account.</summary>
    /// <param name="password">Its password; null for one that none fits, which is not locked.</param>
    /// <param name="groups">Groups that it belongs to beside its own; they exist.</param>
    public static async Task<TestUser> CreateAsync(string? password = null, params string[] groups)
    {
        TestUser user = new($"adit{System.Environment.ProcessId}n{Interlocked.Increment(ref s_count)}");
        string[] more = groups.Length > 0 ? ["-G", string.Join(',', groups)] : [];
        (await ProcessRunner.RunAsync("useradd", ["-m", "-s", "/bin/sh", "-p", "*", .. more, user.Name])).Succeeded();
        try
        {
            if (password is not null)
            {
                byte[] line = System.Text.Encoding.UTF8.GetBytes($"{user.Name}:{password}\n");
                (await ProcessRunner.RunAsync(new PeerStart { Program = "chpasswd" }, line)).Succeeded();
            }

            return user;
        }
        catch
        {
            await user.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a file of the account's, readable by it alone.</summary>
    public async Task<string> WriteAsync(string name, string text)
    {
        string path = Path.Combine(Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text);
        (await ProcessRunner.RunAsync("chown", "-R", $"{Name}:", Home)).Succeeded();
        (await ProcessRunner.RunAsync("chmod", "-R", "go-w", Home)).Succeeded();
        return path;
    }

    public async ValueTask DisposeAsync() => await ProcessRunner.RunAsync("userdel", "-r", "-f", Name);
}

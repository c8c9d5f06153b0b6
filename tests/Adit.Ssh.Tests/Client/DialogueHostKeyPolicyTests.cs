using System.Net;
using Adit.Core;
using Adit.Ssh.Client;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Tests.Client;

/// <summary>Judging a host's key: its address beside its name, keys told by a command, and how a key is shown.</summary>
public sealed class DialogueHostKeyPolicyTests : IDisposable
{
    private static readonly SshPublicKey Key = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey, Other = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey;
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("HOST", "yes", "HOST|ADDRESS", "Warning: Permanently added the ED25519 host key for IP address '[192.0.2.7]:2222' to the list of known hosts.")]
    [InlineData("HOST|ADDRESS", "yes", "HOST|ADDRESS", null)]
    [InlineData("", "accept-new", "HOST|ADDRESS", "Warning: Permanently added '[host.example]:2222,[192.0.2.7]:2222' (ED25519) to the list of known hosts.")]
    [InlineData("ADDRESS", "accept-new", "ADDRESS|HOST", "Warning: Permanently added '[host.example]:2222' (ED25519) to the list of known hosts.")]
    public async Task CheckHostIP_RecordsTheAddressToo(string before, string strict, string after, string? told)
    {
        (Person person, TunnelException? error) = await JudgeAsync(Lines(before), [$"StrictHostKeyChecking {strict}", "CheckHostIP yes"]);
        Assert.Null(error);
        Assert.Equal(Lines(after), File.ReadAllText(_file));
        Assert.Equal(told is null ? [] : [told], person.Told);
    }

    [Theory]
    [InlineData("yes", null, true)]
    [InlineData("accept-new", null, true)]
    [InlineData("no", null, false)]
    [InlineData("ask", "no", true)]
    [InlineData("ask", "yes", false)]
    public async Task AddressWithAnotherKey_IsToldAndRefused(string strict, string? answer, bool refused)
    {
        string lines = Lines("HOST") + $"[192.0.2.7]:2222 {Other.ToAuthorizedKeysLine()}\n";
        (Person person, TunnelException? error) = await JudgeAsync(lines, [$"StrictHostKeyChecking {strict}", "CheckHostIP yes"], answer);
        Assert.Equal(refused ? TunnelError.HostKeyChanged : null, error?.Error);
        string warning = $"Warning: the ED25519 host key for '[host.example]:2222' differs from the key for the IP address '[192.0.2.7]:2222'\nOffending key for IP in {_file}:2\nMatching host key in {_file}:1";
        Assert.StartsWith(warning, person.Told.Concat(person.Questions).First(), StringComparison.Ordinal);
        Assert.Equal(lines, File.ReadAllText(_file));
    }

    [Theory]
    [InlineData("CheckHostIP no", "192.0.2.7")]
    [InlineData("CheckHostIP yes", "127.0.0.1")]
    [InlineData("CheckHostIP yes", null)]
    public async Task Address_DoesNotCount_WhereItIsNotAsked(string option, string? address)
    {
        string lines = Lines("HOST") + $"[192.0.2.7]:2222 {Other.ToAuthorizedKeysLine()}\n[127.0.0.1]:2222 {Other.ToAuthorizedKeysLine()}\n";
        (Person person, TunnelException? error) = await JudgeAsync(lines, ["StrictHostKeyChecking yes", option], address: address);
        Assert.Null(error);
        Assert.Empty(person.Told);
    }

    [Theory]
    [InlineData("/bin/echo '%H' KEY", true)]
    [InlineData("/bin/sh -c \"test %I = ORDER || echo '%H' %t %K\"", true)]
    [InlineData("/bin/sh -c \"test %p%n%% = 2222host.example%% && echo '%H' %t KEYBLOB\"", true)]
    [InlineData("/bin/true", false)]
    [InlineData("/bin/echo other.example KEY", false)]
    public async Task KnownHostsCommand_TellsKeys(string command, bool known)
    {
        string words = command.Replace("KEYBLOB", Key.ToAuthorizedKeysLine().Split(' ')[1], StringComparison.Ordinal).Replace("KEY", Key.ToAuthorizedKeysLine().TrimEnd(), StringComparison.Ordinal);
        (_, TunnelException? error) = await JudgeAsync("", ["StrictHostKeyChecking yes", $"KnownHostsCommand {words}"]);
        Assert.Equal(known ? null : TunnelError.HostKeyUnknown, error?.Error);
        Assert.Equal("", File.ReadAllText(_file));
    }

    [Theory]
    [InlineData("/bin/false")]
    [InlineData("/nonexistent")]
    [InlineData("relative")]
    [InlineData("/bin/echo %Z")]
    public async Task KnownHostsCommand_ThatFails_EndsIt(string command)
    {
        (_, TunnelException? error) = await JudgeAsync(Lines("HOST"), ["StrictHostKeyChecking no", $"KnownHostsCommand {command}"]);
        Assert.NotNull(error);
        Assert.Contains("KnownHostsCommand", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("md5")]
    public async Task Question_ShowsTheFingerprintAskedFor_AndTakesIt(string hash)
    {
        string fingerprint = Key.FingerprintBy(hash.ToUpperInvariant());
        Assert.Matches(hash == "md5" ? "^MD5:([0-9a-f]{2}:){15}[0-9a-f]{2}$" : "^SHA256:[A-Za-z0-9+/]{43}$", fingerprint);
        (Person person, TunnelException? error) = await JudgeAsync("", [$"FingerprintHash {hash}", "VisualHostKey yes"], fingerprint);
        Assert.Null(error);
        string question = Assert.Single(person.Questions);
        Assert.Contains($"ED25519 key fingerprint is {fingerprint}.\n+--[ED25519 256]--+\n|", question, StringComparison.Ordinal);
        Assert.Contains(hash == "md5" ? "|\n+------[MD5]------+\n" : "|\n+----[SHA256]-----+\n", question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VisualHostKey_DrawsAKnownKey()
    {
        (Person person, TunnelException? error) = await JudgeAsync(Lines("HOST"), ["VisualHostKey yes"]);
        Assert.Null(error);
        string[] lines = Assert.Single(person.Told).Split('\n');
        Assert.Equal($"Host key fingerprint is {Key.Fingerprint}", lines[0]);
        Assert.Equal(11, lines.Length - 1);
        Assert.All(lines[1..], l => Assert.Equal(19, l.Length));
        Assert.Equal(1, lines[1..].Sum(l => l.Count(c => c == 'E')) - 1); // one in the title, one where the walk ended
    }

    private static string Lines(string names) => string.Concat(names.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(n => $"{(n == "HOST" ? "[host.example]:2222" : "[192.0.2.7]:2222")} {Key.ToAuthorizedKeysLine()}\n"));

    private async Task<(Person Person, TunnelException? Error)> JudgeAsync(string lines, string[] options, string? answer = null, string? address = "192.0.2.7")
    {
        File.WriteAllText(_file, lines);
        SshConfig config = SshConfigResolver.Resolve(new SshConfigRequest
        {
            Host = "host.example", ConfigFile = "none", Options = ["Port 2222", $"UserKnownHostsFile {_file}", "GlobalKnownHostsFile none", .. options],
        });
        var person = new Person(answer);
        var policy = new DialogueHostKeyPolicy(config, person) { Address = address is null ? null : IPAddress.Parse(address) };
        try
        {
            _ = policy.KnownAlgorithms("host.example", 2222);
            await policy.VerifyAsync("host.example", 2222, Key, default);
            return (person, null);
        }
        catch (TunnelException e)
        {
            return (person, e);
        }
    }
}

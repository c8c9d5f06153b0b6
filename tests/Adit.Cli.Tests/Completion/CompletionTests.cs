using Adit.Cli.CommandLine;
using Adit.Cli.Completion;
using Adit.Cli.Manual;
using Adit.Cli.Ssh;
using Adit.Cli.Terminal;
using Adit.Ssh.Config;
using Adit.TestKit.Peers;

namespace Adit.Cli.Tests.Completion;

/// <summary>The scripts in the shells themselves, in a home with a configuration and known hosts.</summary>
public sealed class CompletionTests : IDisposable
{
    // bash splits at spaces, and at = : @ into words of their own, before it calls a completion.
    private const string Bash = """
        source "$1"
        COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=() word=
        for ((j = 0; j < ${#2}; j++)); do
            c=${2:j:1}
            case $c in
                ' ') [[ -z $word ]] || COMP_WORDS+=("$word"); word= ;;
                [=:@]) [[ -z $word || $word == [=:@]* ]] || { COMP_WORDS+=("$word"); word=; }; word+=$c ;;
                *) [[ $word != [=:@]* ]] || { COMP_WORDS+=("$word"); word=; }; word+=$c ;;
            esac
        done
        COMP_WORDS+=("$word") COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _adit
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    private readonly PeerFolder _home = new("completion");

    public CompletionTests()
    {
        _home.Write(".ssh/config", "Host alpha *.example\nInclude conf.d/*\n");
        _home.Write(".ssh/conf.d/more", "Host gamma\n");
        _home.Write(".ssh/known_hosts", "beta,192.0.2.1 ssh-ed25519 AAAA\n[delta]:2222 ssh-ed25519 AAAA\n|1|x=|y= ssh-rsa AAAA\n@cert-authority *.z,zeta ssh-rsa AAAA\n$(touch${IFS}pwned) ssh-rsa AAAA\n");
    }

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("adit ss", "ssh sshd")]
    [InlineData("adit ssh ", "alpha gamma beta 192.0.2.1 delta zeta")]
    [InlineData("adit ssh me@al", "alpha")]
    [InlineData("adit ssh -J alpha,be", "alpha,beta")]
    [InlineData("adit ssh -NL 80:a:80 z", "zeta")]
    [InlineData("adit ssh -c aes128-c", "aes128-ctr")]
    [InlineData("adit ssh -caes128-ctr,aes192", "-caes128-ctr,aes192-ctr")]
    [InlineData("adit ssh -O c", "check cancel")]
    [InlineData("adit ssh -Q key-c", "key-cert")]
    [InlineData("adit ssh -o stricth", "StrictHostKeyChecking=")]
    [InlineData("adit ssh -o StrictHostKeyChecking=a", "ask accept-new")]
    [InlineData("adit ssh -oControlMaster=a", "ask auto autoask")]
    [InlineData("adit ssh --via ss", "ssh://")]
    [InlineData("adit ssh alpha --rec", "--reconnect")]
    [InlineData("adit ssh -F HOME/.ssh/conf.d/more g", "gamma")]
    [InlineData("adit ssh -i HOME/.ssh/kn", "HOME/.ssh/known_hosts")]
    [InlineData("adit sshd -f HOME/.ssh/kn", "HOME/.ssh/known_hosts")]
    [InlineData("adit --log-format=", "text json")]
    [InlineData("adit check --output=j", "json")]
    [InlineData("adit check HOME/.ssh/conf", "HOME/.ssh/config HOME/.ssh/conf.d")]
    [InlineData("adit completion ", "bash fish zsh")]
    [InlineData("adit help tou", "tour")]
    [InlineData("adit keygen -t e", "ed25519 ecdsa")]
    public async Task Bash_Offers(string line, string expected)
    {
        ProcessResult result = await RunAsync("bash", "-c", Bash, "bash", Script("bash"), line.Replace("HOME", _home.Path, StringComparison.Ordinal));
        Assert.Equal("", result.Errors);
        Assert.Equal(expected.Replace("HOME", _home.Path, StringComparison.Ordinal).Split(' ').Order(), Lines(result).Where(l => !l.Contains("touch", StringComparison.Ordinal)).Order());
        Assert.False(File.Exists(Path.Combine(_home.Path, "pwned")));
    }

    [Theory]
    [InlineData("adit ss", "ssh sshd")]
    [InlineData("adit ssh me@alp", "me@alpha")]
    [InlineData("adit ssh -c aes128-c", "aes128-ctr")]
    [InlineData("adit ssh -c aes128-ctr,aes192", "aes128-ctr,aes192-ctr")]
    [InlineData("adit ssh -O c", "cancel check")]
    [InlineData("adit ssh -o StrictHostKeyChecking=ac", "StrictHostKeyChecking=accept-new")]
    [InlineData("adit ssh -p 22 alpha --rec", "--reconnect")]
    [InlineData("adit keygen -t e", "ecdsa ed25519")]
    [InlineData("adit completion f", "fish")]
    public async Task Fish_Offers(string line, string expected)
    {
        Installed("fish");
        ProcessResult result = await RunAsync("fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", Script("fish"), line);
        Assert.Equal(expected.Split(' '), Lines(result).Select(l => l.Split('\t')[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Shell_ReadsItsScript(string shell)
    {
        Installed(shell);
        ProcessResult result = await RunAsync(shell, "-n", Script(shell));
        Assert.Equal("", result.Succeeded().Errors);
    }

    [Fact]
    public async Task Zsh_RegistersItsScript()
    {
        Installed("zsh");
        ProcessResult result = await RunAsync("zsh", "-f", "-c", "autoload -U compinit && compinit -u -D && source $1 && print $_comps[adit] && _adit_verbs && print -l -- $verbs", "zsh", Script("zsh"));
        Assert.Equal("", result.Succeeded().Errors);
        Assert.Equal(["_adit", .. AditCommand.Names], Lines(result).Select(l => l.Split(':')[0]));
    }

    [Fact]
    public void UnknownShell_IsRefused_WithTheThree()
    {
        var e = Assert.Throws<UsageException>(() => CompletionCommand.Write("tcsh", Pages.All(AditCommand.Create())));
        Assert.Equal("completion: tcsh: expected bash, zsh or fish", e.Message);
    }

    [Fact]
    public void EveryKeywordAndValue_IsTakenByTheClient()
    {
        foreach ((string name, ValueForm form) in SshKeywords.All.Where(k => k.Value.Kind is ValueKind.Choice or ValueKind.List))
        {
            foreach (string word in form.Words)
                Assert.NotNull(SshConfigResolver.Resolve(SshCommandLine.Parse(["-o", $"{name}={word}", "host"]).ToConfigRequest() with { ConfigFile = "none" }));
        }

        foreach ((string name, _) in SshKeywords.All)
        {
            Exception? e = Record.Exception(() => SshConfigResolver.Resolve(SshCommandLine.Parse(["-o", $"{name}=1", "host"]).ToConfigRequest() with { ConfigFile = "none" }));
            Assert.DoesNotContain("Bad configuration option", e?.Message ?? "", StringComparison.Ordinal);
        }
    }

    private static void Installed(string program)
    {
        if (InstalledPeers.Missing(program) is not { } reason) return;
        if (InstalledPeers.MustBeComplete) Assert.Fail(reason);
        Assert.Skip(reason);
    }

    private static string[] Lines(ProcessResult result) => result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string Script(string shell) => _home.Write($"adit.{shell}", CompletionCommand.Write(shell, Pages.All(AditCommand.Create())));

    private Task<ProcessResult> RunAsync(string program, params string[] arguments) => ProcessRunner.RunAsync(new PeerStart
    {
        Program = program,
        Arguments = arguments,
        WorkingDirectory = _home.Path,
        Environment = new Dictionary<string, string?> { ["HOME"] = _home.Path, ["XDG_CONFIG_HOME"] = null, ["XDG_DATA_HOME"] = null },
    });
}

using System.Net;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Authentication;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Tests.Transport;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Authentication;

/// <summary>Logins by more than a key.</summary>
public sealed class LoginAuthorityTests
{
    private const int Patience = 30_000;

    [Theory(Timeout = Patience)]
    [InlineData("password")]
    [InlineData("keyboard-interactive")]
    public async Task Password_LogsIn_ByEitherMethod(string method)
    {
        var authority = new Authority(new LoginRules { Methods = ["publickey", "password", "keyboard-interactive"] });
        await using SshServerSession session = await LogInAsync(authority, TestPeers.ClientOptions with { Identities = [], AuthenticationMethods = [method], Passwords = new Secret("right") });
        Assert.Null(session.Key);
        Assert.Equal(method, Assert.Single(session.Proofs));
        Assert.Contains(authority.Told, a => a.Outcome == LoginOutcome.Accepted && a.Method == method);
    }

    [Fact(Timeout = Patience)]
    public async Task WrongPassword_IsRefused_UntilTheTriesAreOver()
    {
        var authority = new Authority(new LoginRules { Methods = ["password"], MaxAuthTries = 2 });
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => LogInAsync(authority, TestPeers.ClientOptions with { Identities = [], Passwords = new Secret("wrong") }));
        Assert.Equal(TunnelError.AuthenticationFailed, e.Error);
        Assert.Equal(2, authority.Told.Count(a => a.Outcome == LoginOutcome.Failed));
        Assert.Contains(authority.Told, a => a.Outcome == LoginOutcome.TooMany);
    }

    [Fact(Timeout = Patience)]
    public async Task RequiredMethods_AreAllNeeded_InTheirOrder()
    {
        var authority = new Authority(new LoginRules { Methods = ["publickey", "password"], Required = [["publickey", "password"]] });
        await using SshServerSession session = await LogInAsync(authority, TestPeers.ClientOptions with { Passwords = new Secret("right") });
        Assert.Equal(2, session.Proofs.Count);
        Assert.Equal(TestPeers.UserKey.PublicKey, session.Key);
        Assert.Equal([LoginOutcome.Partial, LoginOutcome.Accepted], authority.Told.Select(a => a.Outcome).Where(o => o is LoginOutcome.Partial or LoginOutcome.Accepted));
    }

    [Fact(Timeout = Patience)]
    public async Task PasswordAlone_IsNotEnough_WhereAKeyIsNeededToo()
    {
        var authority = new Authority(new LoginRules { Methods = ["publickey", "password"], Required = [["publickey", "password"]] });
        await Assert.ThrowsAsync<TunnelException>(() => LogInAsync(authority, TestPeers.ClientOptions with { Identities = [], Passwords = new Secret("right") }));
        Assert.DoesNotContain(authority.Told, a => a.Outcome is LoginOutcome.Accepted or LoginOutcome.Partial);
    }

    [Fact(Timeout = Patience)]
    public async Task OneKey_CountsOnce_WhereTwoAreNeeded()
    {
        var authority = new Authority(new LoginRules { Methods = ["publickey"], Required = [["publickey", "publickey"]] });
        await Assert.ThrowsAsync<TunnelException>(() => LogInAsync(authority, TestPeers.ClientOptions with { Identities = [TestPeers.UserKey, TestPeers.UserKey] }));
        Assert.DoesNotContain(authority.Told, a => a.Outcome == LoginOutcome.Accepted);
    }

    [Fact(Timeout = Patience)]
    public async Task LastWord_IsTheAuthoritys()
    {
        var authority = new Authority(new LoginRules { Methods = ["publickey"] }) { AdmitsNobody = true };
        await Assert.ThrowsAsync<TunnelException>(() => LogInAsync(authority, TestPeers.ClientOptions));
        Assert.DoesNotContain(authority.Told, a => a.Outcome == LoginOutcome.Accepted);
    }

    private static async Task<SshServerSession> LogInAsync(Authority authority, SshClientOptions client)
    {
        var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = SshServerSession.AcceptAsync(streams.Second, TestPeers.ServerOptions, authority, _ => new FakeService());
        Task<SshClient> connecting = SshClient.ConnectAsync(streams.First, client);
        try
        {
            return await accepting;
        }
        finally
        {
            try
            {
                await (await connecting).DisposeAsync();
            }
            catch (TunnelException)
            {
                // It was refused.
            }

            streams.Dispose();
        }
    }

    private sealed class Secret(string password) : IPasswordSource
    {
        public ValueTask<string?> GetPasswordAsync(string user, string host, int attempt, CancellationToken cancellationToken) => ValueTask.FromResult<string?>(password);

        public ValueTask<string[]?> AnswerAsync(string name, string instruction, IReadOnlyList<UserauthPrompt> prompts, CancellationToken cancellationToken) =>
            ValueTask.FromResult<string[]?>([.. prompts.Select(_ => password)]);
    }

    private sealed class Authority(LoginRules rules) : ILoginAuthority
    {
        public List<LoginAttempt> Told { get; } = [];

        public bool AdmitsNobody { get; init; }

        public ValueTask<LoginRules> BeginAsync(string user, CancellationToken cancellationToken) => ValueTask.FromResult(rules);

        public ValueTask<KeyPermissions?> FindAsync(string user, SshPublicKey key, IPEndPoint? source, CancellationToken cancellationToken) =>
            ValueTask.FromResult<KeyPermissions?>(KeyPermissions.Unrestricted);

        public ValueTask<bool> CheckPasswordAsync(string user, string password, CancellationToken cancellationToken) => ValueTask.FromResult(password == "right");

        public bool Admits(string user, string method, KeyPermissions? permissions) => !AdmitsNobody;

        public void OnAttempt(LoginAttempt attempt) => Told.Add(attempt);
    }
}

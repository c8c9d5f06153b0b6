using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Tests.Channels;
using Adit.Ssh.Tests.Transport;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Tests.Client;

/// <summary>hostkeys-prove-00@openssh.com against a server that answers as a test tells it: only a true proof changes known_hosts.</summary>
public sealed class HostKeyUpdateTests : IDisposable
{
    private static readonly SshPrivateKey Second = SshPrivateKey.Generate(SshKeyKind.Ecdsa256), Third = SshPrivateKey.Generate(SshKeyKind.Ed25519);
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("true", true)]
    [InlineData("by another key", false)]
    [InlineData("for another session", false)]
    [InlineData("for another key", false)]
    [InlineData("for another request", false)]
    [InlineData("one octet changed", false)]
    [InlineData("cut short", false)]
    [InlineData("none", false)]
    [InlineData("one too many", false)]
    [InlineData("garbage", false)]
    [InlineData("refused", false)]
    public async Task OnlyATrueProof_ChangesKnownHosts(string answer, bool isLearnt)
    {
        var service = new FakeService();
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        byte[] session = pair.Client.Connection.Transport.SessionId;
        var asked = new List<string>();
        service.Request = async (name, fields) =>
        {
            if (name != HostKeyProof.RequestName) return default;
            Assert.True(HostKeysFields.TryDecode(fields.Span, out HostKeysFields keys, out _) == Adit.Wire.DecodeStatus.Ok && keys.Items.Length == 1);
            asked.Add(name);
            return await AnswerAsync(answer, session, keys.Items[0]);
        };
        string before = $"host.example {TestPeers.HostKey.PublicKey.ToAuthorizedKeysLine()}\n";
        File.WriteAllText(_file, before);
        SshConfig config = SshConfigResolver.Resolve(new SshConfigRequest { Host = "host.example", ConfigFile = "none", Options = [$"UserKnownHostsFile {_file}", "GlobalKnownHostsFile none", "UpdateHostKeys yes"] });
        var person = new Person();
        var policy = new DialogueHostKeyPolicy(config, person);
        await policy.VerifyAsync("host.example", 22, TestPeers.HostKey.PublicKey, default);
        byte[] announcement = SshChannel.Encode(new HostKeysFields([TestPeers.HostKey.PublicKey.Blob, Second.PublicKey.Blob]));

        await new HostKeyUpdate(config, policy, person, NullLogger.Instance).LearnAsync(pair.Client.Connection, announcement, default);

        Assert.Single(asked);
        string after = File.ReadAllText(_file);
        if (isLearnt) Assert.Equal(before + $"host.example {Second.PublicKey.ToAuthorizedKeysLine()}\n", after);
        else Assert.Equal(before, after);
        Assert.Empty(person.Questions);
    }

    private static async Task<GlobalRequestReply> AnswerAsync(string answer, byte[] session, ReadOnlyMemory<byte> blob)
    {
        byte[] data = HostKeyProof.Data(session, blob);
        if (answer == "for another session") data = HostKeyProof.Data(new byte[session.Length], blob);
        if (answer == "for another key") data = HostKeyProof.Data(session, Third.PublicKey.Blob);
        if (answer == "for another request") data[4] ^= 1;
        SshPrivateKey key = answer == "by another key" ? Third : Second;
        byte[] signature = (await key.SignAsync(key.PublicKey.SignatureAlgorithms[0], data)).ToArray();
        if (answer == "one octet changed") signature[^1] ^= 1;
        if (answer == "cut short") signature = signature[..^1];
        return answer switch
        {
            "refused" => default,
            "garbage" => new GlobalRequestReply(true, new byte[] { 0, 0, 1 }),
            "none" => new GlobalRequestReply(true, default),
            "one too many" => new GlobalRequestReply(true, SshChannel.Encode(new HostKeysFields([signature, signature]))),
            _ => new GlobalRequestReply(true, SshChannel.Encode(new HostKeysFields([signature]))),
        };
    }
}

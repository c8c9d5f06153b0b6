using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Leases;
using Adit.Gateway.Permissions;

namespace Adit.Gateway.Tests.Configuration;

public sealed class ConfigurationFileTests
{
    internal const string Full = """
        gateway:
          listen: [tcp://0.0.0.0:2222, "tcp://[::1]:22"]
          authorized-keys: ~/.ssh/authorized_keys
          host-key:
            - /etc/adit/host
          state: /var/lib/adit
          max-auth-tries: 3
          login-grace-time: 1m30s
          max-startups: 5:50:20
          penalties:
            authfail: 7s
            min: 20
            exempt: [10.0.0.0/8, "::1"]
          exec: yes
          shell: login
          pty: true
          agent-forwarding: on
          subsystems:
            sftp: /usr/lib/openssh/sftp-server -l INFO
            echo: exec cat
          accept-env: [LANG, "GIT_*"]
          max-sessions: 3
          reverse-bind: [loopback, 192.0.2.0/24]
          streamlocal:
            allow: [/run/user/1000/app.sock]
            deny: [/run, /tmp/private]
          metadata: 169.254.169.254
          allow: ["*.corp.example:443", 10.0.0.0/8]
          deny: ["@link-local"]
          client-alive-interval: none
          client-alive-count-max: 5
          takeover: always
          profile: hardened
          ciphers: aes256-gcm@openssh.com,aes256-ctr
          macs: [hmac-sha2-256]
          kex: [curve25519-sha256]
        forwards:
          - listen: 127.0.0.1:5432
            target: db.corp.example:5432
            via: [ssh://me@bastion.example?identity=/k/id, "ssh://inner:2200"]
          - listen: unix:/tmp/a.sock
            target: "[2001:db8::1]:80"
          - listen: 8000-8010
            target: web.example:9000-9010
        """;

    [Fact]
    public void DeadClients_AreFoundWithinTwentySeconds_ByDefault()
    {
        var defaults = new GatewayConfiguration();
        Assert.Equal((TimeSpan.FromSeconds(5), 3, TakeoverMode.Dead), (defaults.ClientAliveInterval, defaults.ClientAliveCountMax, defaults.Takeover));
    }

    [Fact]
    public void EveryKey_IsRead()
    {
        (AditConfiguration c, var problems) = ConfigurationFile.Parse(Full, "f.yaml");
        Assert.Empty(problems);
        GatewayConfiguration g = c.Gateway!;
        Assert.Equal(["tcp://0.0.0.0:2222", "tcp://[::1]:22"], g.Listen.Select(l => l.ToString()));
        Assert.Equal(["~/.ssh/authorized_keys"], g.AuthorizedKeys);
        Assert.Equal(["/etc/adit/host"], g.HostKeys);
        Assert.Equal("/var/lib/adit", g.State);
        Assert.Equal(3, g.MaxAuthTries);
        Assert.Equal(TimeSpan.FromSeconds(90), g.LoginGraceTime);
        Assert.Equal("5:50:20", g.MaxStartups.ToString());
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(90)), (g.Penalties.AuthenticationFailed, g.Penalties.Minimum, g.Penalties.Crash));
        Assert.Equal(2, g.Penalties.Exempt.Count);
        Assert.True(g.Exec && g.Pty && g.AgentForwarding);
        Assert.Equal(ShellMode.Login, g.Shell);
        Assert.Equal(("/usr/lib/openssh/sftp-server -l INFO", "exec cat", 2), (g.Subsystems["sftp"], g.Subsystems["echo"], g.Subsystems.Count));
        Assert.Equal(["LANG", "GIT_*"], g.AcceptEnv);
        Assert.Equal(3, g.MaxSessions);
        Assert.Equal("loopback, 192.0.2.0/24", g.ReverseBind.ToString());
        Assert.Equal(["/run", "/tmp/private"], g.StreamLocal.Deny);
        Assert.Equal(TimeSpan.Zero, g.ClientAliveInterval);
        Assert.Equal(TakeoverMode.Always, g.Takeover);
        Assert.Equal(AlgorithmProfile.Hardened, g.Profile);
        Assert.Equal(["aes256-gcm@openssh.com", "aes256-ctr"], g.Ciphers!);
        Assert.Equal(3, c.Forwards.Count);
        Assert.Equal(["bastion.example", "inner"], c.Forwards[0].Via.Select(h => h.Host));
        Assert.Equal("/tmp/a.sock", c.Forwards[1].Listen!.Path);
        Assert.Equal(11, c.Forwards[2].Target!.Ports.Count);
    }

    [Fact]
    public void Written_ReadsBackTheSame()
    {
        string once = ConfigurationWriter.Write(ConfigurationFile.Parse(Full, "f").Configuration);
        (AditConfiguration again, var problems) = ConfigurationFile.Parse(once, "f");
        Assert.Empty(problems);
        Assert.Equal(once, ConfigurationWriter.Write(again));
        Assert.Contains("via: [\"ssh://me@bastion.example?identity=/k/id\"", once);
        Assert.Contains("  takeover: always\n", once);
    }

    [Fact]
    public void Defaults_AreWrittenAndReadBack()
    {
        string text = ConfigurationWriter.Write(new AditConfiguration { Gateway = new GatewayConfiguration() });
        (AditConfiguration again, var problems) = ConfigurationFile.Parse(text, "f");
        Assert.Empty(problems);
        Assert.Equal(text, ConfigurationWriter.Write(again));
        Assert.Contains("exec: false\n", text);
        Assert.Contains("reverse-bind: [loopback]\n", text);
    }

    [Fact]
    public void Password_IsNotWritten()
    {
        AditConfiguration c = ConfigurationFile.Parse("forwards: [{listen: 1, target: a:1, via: ['ssh://me:hunter2@h']}]", "f").Configuration;
        Assert.Single(c.Forwards);
        Assert.DoesNotContain("hunter2", ConfigurationWriter.Write(c));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("gateway:\n")]
    [InlineData("gateway: {}\nforwards: []\n")]
    [InlineData("gateway: &g {max-channels: 9}\n")]
    public void LittleOrNothing_IsFine(string text) => Assert.Empty(ConfigurationFile.Parse(text, "f").Problems);

    [Theory]
    [InlineData("gateway:\n  listen: tcp://127.0.0.1:8080\nforwards:\n  - {listen: 8000-8100, target: 'a:1'}", "f:4:14: forwards[0].listen: expected a place of its own, got 8000-8100, which overlaps 127.0.0.1:8080 in gateway")]
    [InlineData("forwards:\n  - {listen: 80-90, target: 'a:1'}\nproxies:\n  - listen: '*:85'", "f:4:13: proxies[0].listen: expected a place of its own, got *:85, which overlaps 80-90 in forwards[0]")]
    [InlineData("gatway: {}", "f:1:1: unknown key 'gatway'; did you mean 'gateway'?")]
    [InlineData("gateway:\n  lisetn: x", "f:2:3: gateway: unknown key 'lisetn'; did you mean 'listen'?")]
    [InlineData("gateway:\n  penalties:\n    authfial: 3", "f:3:5: gateway.penalties: unknown key 'authfial'; did you mean 'authfail'?")]
    [InlineData("gateway:\n  max-auth-tries: many", "f:2:19: gateway.max-auth-tries: expected a number from 1 to 100, got 'many'")]
    [InlineData("gateway:\n  max-auth-tries: [1]", "f:2:19: gateway.max-auth-tries: expected a number from 1 to 100, got a list")]
    [InlineData("gateway:\n  exec: maybe", "f:2:9: gateway.exec: expected true or false, got 'maybe'")]
    [InlineData("gateway:\n  exec:", "f:2:8: gateway.exec: expected true or false, got nothing")]
    [InlineData("gateway:\n  exec: true\n  exec: false", "f:3:3: exec: duplicate key, the first is at line 2")]
    [InlineData("gateway: 3", "f:1:10: gateway: expected a mapping of keys and values, got '3'")]
    [InlineData("- a", "f:1:1: expected a mapping of keys and values, got a list")]
    [InlineData("gateway:\n  listen: [tcp://0.0.0.0:22, 'ftp://x:1']", "f:2:30: gateway.listen: expected tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns://ADDRESS:PORT/DOMAIN?key=…, mqtt or mqtts://BROKER/PREFIX?key=…, sms+smpp://USER@CENTRE?key=… or sms+modem:///DEVICE?key=…, got the unknown scheme 'ftp'")]
    [InlineData("gateway:\n  listen: dns://0.0.0.0:53/t", "f:2:11: gateway.listen: dns: expected key=FILE, or key=FOLDER with one carrier key a peer (adit keygen --carrier), got none")]
    [InlineData("carriers:\n  - {name: office}", "f:2:5: carriers[0]: expected the key 'hops', got none")]
    [InlineData("carriers:\n  - {name: office, hops: ['ssh://h']}", "f:2:26: carriers[0].hops: expected carriers only")]
    [InlineData("carriers:\n  - {name: 'a b', hops: ['tcp://h']}", "f:2:12: carriers[0].name: expected a name of letters")]
    [InlineData("carriers:\n  - {name: a, hops: ['tcp://h']}\n  - {name: a, hops: ['tcp://h']}", "f:3:12: carriers[1].name: expected a name of its own, got a, as in carriers[0]")]
    [InlineData("gateway:\n  listen: wss://0.0.0.0:443/a b", "f:2:11: gateway.listen: expected a path of letters, digits and -._~!$&'()*+,;=:@/ of at most 1024 characters, got '/a b'")]
    [InlineData("gateway:\n  trusted-proxies: [10.0.0.0/8, here]", "f:2:33: gateway.trusted-proxies: expected an address or a network such as 10.0.0.0/8, got 'here'")]
    [InlineData("gateway:\n  certificate-key: k.pem", "f:2:20: gateway.certificate-key: expected certificate: beside it, got none")]
    [InlineData("gateway:\n  listen: [tcp://a:1, tcp://a:1]", "f:2:11: gateway.listen: expected each address once, got tcp://a:1 2 times")]
    [InlineData("gateway:\n  login-grace-time: 3 weeks", "f:2:21: gateway.login-grace-time: expected a time from 0s to 1d, such as 30s or 2m, got '3 weeks'")]
    [InlineData("gateway:\n  max-startups: 10:30", "f:2:17: gateway.max-startups: expected START:RATE:FULL, START up to FULL, RATE 1 to 100 percent, FULL at most 10000, got '10:30'")]
    [InlineData("gateway:\n  penalties: {min: 20m}", "f:2:14: gateway.penalties.max: expected at least min (20m), got 10m")]
    [InlineData("gateway:\n  pty: true", "f:2:8: gateway.pty: expected exec or shell to be allowed too, got neither")]
    [InlineData("gateway:\n  metadata: 8.8.8.8", "f:2:13: gateway.metadata: expected a cloud metadata address such as 169.254.169.254, got '8.8.8.8'")]
    [InlineData("gateway:\n  reverse-bind: [lopback]", "f:2:18: gateway.reverse-bind: expected loopback, any, none, or a list of addresses and networks, got 'lopback'")]
    [InlineData("gateway:\n  deny: ['@privat']", "f:2:10: gateway.deny: expected one of @loopback")]
    [InlineData("gateway:\n  takeover: sometimes", "f:2:13: gateway.takeover: expected one of never, dead, always, got 'sometimes'")]
    [InlineData("gateway:\n  agent-forwarding: true", "f:2:21: gateway.agent-forwarding: expected exec or shell to be allowed too, got neither")]
    [InlineData("gateway:\n  subsystems: [sftp]", "f:2:15: gateway.subsystems: expected a mapping of names to commands, such as sftp: internal-sftp, got a list")]
    [InlineData("gateway:\n  subsystems: {sftp: }", "f:2:22: gateway.subsystems: expected a command, got nothing")]
    [InlineData("gateway:\n  subsystems: {'a b': c}", "f:2:16: gateway.subsystems: expected a name of a subsystem, got 'a b'")]
    [InlineData("gateway:\n  accept-env: A=B", "f:2:15: gateway.accept-env: expected a name of a variable, perhaps with * and ?, got 'A=B'")]
    [InlineData("gateway:\n  max-sessions: 0", "f:2:17: gateway.max-sessions: expected a number from 1 to 1000, got '0'")]
    [InlineData("gateway:\n  ciphers: [aes128-cbc]", "f:2:12: gateway.ciphers: expected some of aes128-gcm@openssh.com, aes256-gcm@openssh.com, chacha20-poly1305@openssh.com, aes256-ctr, aes192-ctr, aes128-ctr, got aes128-cbc")]
    [InlineData("gateway:\n  tunnels: {permit: serial}", "f:2:21: gateway.tunnels.permit: expected one of point-to-point, ethernet, got 'serial'")]
    [InlineData("gateway:\n  tunnels: {mtu: 1400}", "f:2:12: gateway.tunnels: expected permit: (point-to-point, ethernet), got none")]
    [InlineData("gateway:\n  tunnels: {permit: point-to-point, pool: [10.0.0.0/31]}", "f:2:43: gateway.tunnels.pool: 10.0.0.0/31: expected four addresses at least")]
    [InlineData("gateway:\n  tunnels: {permit: point-to-point, routes: [10.0.0.0/8]}", "f:2:12: gateway.tunnels.pool: expected addresses to go with routes, dns and search, got none")]
    [InlineData("gateway:\n  tunnels: {permit: point-to-point, bridge: br0}", "f:2:45: gateway.tunnels.bridge: expected ethernet among permit:, got none")]
    [InlineData("forwards: {listen: 1}", "f:1:11: forwards: expected a list of forwards, got a mapping")]
    [InlineData("forwards:\n  - listen: 1", "f:2:5: forwards[0]: expected the key 'target', got none")]
    [InlineData("forwards:\n  - {listen: 1, target: '80'}", "f:2:25: forwards[0].target: expected HOST:PORT or unix:PATH, got '80'")]
    [InlineData("forwards:\n  - {listen: 1-3, target: 'a:1-2'}", "f:2:27: forwards[0].target: expected 3 ports as in listen, or one, got 2")]
    [InlineData("forwards:\n  - {listen: 53/udp, target: 'a:53'}", "f:2:30: forwards[0].target: expected /udp as in listen, got a:53")]
    [InlineData("forwards:\n  - {listen: 1, target: 'a:1', via: 'gopher://h'}", "f:2:37: forwards[0].via: hop \"gopher://h\"")]
    [InlineData("forwards:\n  - {listen: 1, target: 'a:1', via: 'tcp://h:1'}", "f:2:37: forwards[0].via: expected an ssh:// hop behind tcp://h:1")]
    [InlineData("forwards:\n  - {listen: 1, target: 'a:1'}\n  - {listen: 1, target: 'a:2'}", "f:3:14: forwards[1].listen: expected a place of its own, got 1, as in forwards[0]")]
    [InlineData("gateway: [", "f:2:1: not YAML: ")]
    [InlineData("gateway: *nowhere", "f:1:10: ")]
    [InlineData("gateway: !!binary aGk=", "f:1:10: expected no tag")]
    [InlineData("a: 1\n---\nb: 2", "f:")]
    [InlineData("gateway:\n\texec: true", "f:2:1: expected spaces as indentation, got a tab")]
    public void BadInput_SaysWhereAndWhat(string text, string expected)
    {
        (_, var problems) = ConfigurationFile.Parse(text, "f");
        Assert.NotEmpty(problems);
        Assert.StartsWith(expected, problems[0].ToString());
        Assert.DoesNotContain('\n', problems[0].ToString());
    }

    [Fact]
    public void EveryProblem_IsTold_InOrder()
    {
        (_, var problems) = ConfigurationFile.Parse("gateway:\n  exce: true\n  max-auth-tries: 0\nlink: []", "f");
        Assert.Equal([2L, 3L, 4L], problems.Select(p => p.At.Line));
    }

    [Fact]
    public void Load_NamesTheFirstProblem()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "gateway:\n  exce: true\n  pyt: true\n");
            TunnelException e = Assert.Throws<TunnelException>(() => ConfigurationFile.Load(file));
            Assert.Equal(TunnelError.BadConfiguration, e.Error);
            Assert.StartsWith($"{file}:2:3: gateway: unknown key 'exce'; did you mean 'exec'? (and 1 more", e.Message);
            File.WriteAllBytes(file, [0x67, 0xff, 0xfe]);
            Assert.EndsWith("expected UTF-8 text", Assert.Throws<TunnelException>(() => ConfigurationFile.Load(file)).Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("/nowhere/adit.yaml", "/nowhere/adit.yaml: cannot read the configuration: no such file")]
    [InlineData("/tmp", "/tmp: cannot read the configuration: expected a file, got a folder")]
    public void Unreadable_SaysWhy(string path, string expected) =>
        Assert.Equal(expected, Assert.Throws<TunnelException>(() => ConfigurationFile.Load(path)).Message);
}

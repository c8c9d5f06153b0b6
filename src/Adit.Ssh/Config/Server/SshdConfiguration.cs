using Adit.Core;

namespace Adit.Ssh.Config.Server;

/// <summary>A configuration of sshd_config(5), read and judged: the server's options, and those of each connection. Safe for several threads.</summary>
public sealed class SshdConfiguration
{
    private readonly SshdConfigRequest _request;
    private readonly SshdConfigFiles _files = new();
    private readonly SshConfigValues _values = new();
    private readonly Lock _gate = new();

    private SshdConfiguration(SshdConfigRequest request)
    {
        _request = request;
        var reader = new SshdConfigReader(_files, _values, null);
        foreach (string option in request.Options) reader.ReadOption(option);
        reader.ReadFile(request.File);
        Warnings = reader.Warnings;
        Server = SshdConfigBuilder.Build(_request, new SshdValues(new SshConfigValues(), _values));
    }

    /// <summary>The options outside Match blocks.</summary>
    public SshdConfig Server { get; }

    /// <summary>What was accepted though it has no effect, a line each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads and judges a configuration.</summary>
    /// <exception cref="TunnelException">BadConfiguration: a file or a line is wrong; the message is sshd's, perhaps of several lines.</exception>
    public static SshdConfiguration Load(SshdConfigRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new SshdConfiguration(request);
    }

    /// <summary>The options for a connection, from the files as they were when they were read.</summary>
    /// <exception cref="TunnelException">BadConfiguration: what holds for the connection contradicts itself.</exception>
    public SshdConfig For(SshdConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var own = new SshConfigValues();
        lock (_gate) new SshdConfigReader(_files, own, connection).ReadFile(_request.File);
        return SshdConfigBuilder.Build(_request, new SshdValues(own, _values));
    }
}

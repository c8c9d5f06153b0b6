using System.Diagnostics;
using Adit.Core;
using Adit.Ssh.Client;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh.Terminal;

/// <summary>The command line of ~C: forwards that are added and taken away while a session lasts, and commands here.</summary>
/// <param name="forwards">The connection's forwards.</param>
/// <param name="client">The connection.</param>
/// <param name="config">What ssh_config says.</param>
internal sealed class ForwardCommandLine(SshForwards forwards, SshClient client, SshConfig config)
{
    // Ours: nobody waits longer at a prompt.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Does what a line says.</summary>
    /// <param name="line">Such as <c>-L 8080:host:80</c>, <c>-KL 8080</c> or <c>!date</c>.</param>
    /// <param name="say">Tells the person.</param>
    public void Run(string line, Action<string> say)
    {
        if (line.Length == 0) return;
        if (line[0] == '!')
        {
            if (config.PermitLocalCommand) RunHere(line[1..]);
            else say("Local commands are not permitted (PermitLocalCommand).");
            return;
        }

        if (line is "?" or "h" or "help" or "-h")
        {
            say("Commands:\n  -L[bind:]port:host:hostport   -R[bind:]port:host:hostport   -D[bind:]port\n"
                + "  -KL[bind:]port                -KR[bind:]port                -KD[bind:]port\n  !command");
            return;
        }

        try
        {
            using var late = new CancellationTokenSource(Patience);
            say(ForwardAsync(line.TrimStart('-'), late.Token).GetAwaiter().GetResult() ? "Forwarding port." : "Port forwarding failed.");
        }
        catch (TunnelException e)
        {
            say(e.Message);
        }
        catch (OperationCanceledException)
        {
            say($"The server did not answer within {Patience.TotalSeconds} s.");
        }
    }

    private static void RunHere(string command)
    {
        string shell = Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } given ? given : "/bin/sh";
        using Process? process = Process.Start(new ProcessStartInfo(shell, command.Length > 0 ? ["-c", command] : ["-i"]) { UseShellExecute = false });
        process?.WaitForExit();
    }

    private async Task<bool> ForwardAsync(string line, CancellationToken cancellationToken)
    {
        bool cancels = line is ['K', ..];
        string rest = cancels ? line[1..] : line;
        if (rest.Length < 2 || rest[0] is not ('L' or 'R' or 'D')) throw new TunnelException(TunnelError.BadConfiguration, $"Invalid command \"{line}\": ? lists them.");
        string specification = rest[1..].Trim();
        return (rest[0], cancels) switch
        {
            ('L', false) => await forwards.AddAsync(client, ForwardSpec.ParseLocal(specification).WithGatewayPorts(config.GatewayPorts), cancellationToken),
            ('D', false) => await forwards.AddAsync(client, ForwardSpec.ParseDynamic(specification).WithGatewayPorts(config.GatewayPorts), cancellationToken),
            ('R', false) => await forwards.AddAsync(client, ForwardSpec.ParseRemote(specification), cancellationToken),
            _ => await forwards.CancelAsync(rest[0], ForwardSpec.ParseDynamic(specification).WithGatewayPorts(config.GatewayPorts).Listen),
        };
    }
}

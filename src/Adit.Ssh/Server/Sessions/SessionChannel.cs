using Adit.Platform.Libc;
using Adit.Platform.Processes;
using Adit.Ssh.Channels;
using Adit.Ssh.Keys;
using Adit.Wire;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Server.Sessions;

/// <summary>
/// One session channel, from its opening to its end. Until a program is asked for it collects what the client prepares (terminal, variables,
/// agent); then it takes one program, and from then on only what concerns a running one. Requests are judged on the receive loop, so that answers keep their order; the
/// program starts off it. See <see cref="RunAsync"/> for the rest.
/// </summary>
internal sealed partial class SessionChannel
{
    private readonly SessionService _service;
    private readonly SessionOptions _options;
    private readonly ILogger _logger;
    private readonly SessionEnvironment _environment;
    private readonly TaskCompletionSource<SessionRequest> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private PseudoTerminal? _terminal;
    private string _terminalType = "";
    private bool _agent;
    private bool _over;
    private bool _outputUnwanted;
    private ProgramStream? _program;
    private ChildProcess? _child;
    private ulong _earlySignals; // by number: those that came while the program was being started

    public SessionChannel(SessionService service)
    {
        _service = service;
        _options = service.Options;
        _logger = service.Logger;
        _environment = new SessionEnvironment(_options, service.Account);
    }

    private KeyPermissions Key => _options.Permissions;

    /// <summary>Before the client can ask for anything.</summary>
    public void Prepare(SshChannel channel)
    {
        channel.OutlivesRelay = true;
        channel.RequestReceived = OnRequest;
    }

    private bool OnRequest(string type, ReadOnlyMemory<byte> fields)
    {
        switch (type)
        {
            case "window-change":
                if (WindowChangeFields.TryDecode(fields.Span, out WindowChangeFields size, out _) != DecodeStatus.Ok || _terminal is null) return false;
                _terminal.Resize(size.Columns, size.Rows, size.WidthPixels, size.HeightPixels);
                return true;
            case "break":
                _terminal?.SendBreak();
                return _terminal is not null;
            case "signal":
                return SignalFields.TryDecode(fields.Span, out SignalFields signal, out _) == DecodeStatus.Ok && Signal(signal.SignalName);
            case "eow@openssh.com":
                EndOutput();
                return true;
        }

        // RFC 4254 §6.5: only one of these may succeed, and what prepares it comes before.
        if (_asked.Task.IsCompleted) return false;
        switch (type)
        {
            case "pty-req":
                return PtyReqFields.TryDecode(fields.Span, out PtyReqFields terminal, out _) == DecodeStatus.Ok && OpenTerminal(terminal);
            case "env":
                return EnvFields.TryDecode(fields.Span, out EnvFields variable, out _) == DecodeStatus.Ok && _environment.TryAccept(variable.Name, variable.Value);
            case "auth-agent-req@openssh.com":
                return ForwardAgent();
            case "shell":
                return Ask("shell", null, _options.PermitShell);
            case "exec":
                return ExecFields.TryDecode(fields.Span, out ExecFields exec, out _) == DecodeStatus.Ok && Ask("exec", exec.Command, _options.PermitExec);
            case "subsystem":
                return SubsystemFields.TryDecode(fields.Span, out SubsystemFields subsystem, out _) == DecodeStatus.Ok && AskForSubsystem(subsystem.Name);
            default:
                return false;
        }
    }

    private bool Ask(string kind, string? command, bool permitted)
    {
        string? forced = _options.ForceCommand ?? Key.Command;
        if (forced is not null)
        {
            string? original = command;
            command = SftpServer.Expand(forced);
            permitted = _options.PermitExec && command is not null;
            return permitted ? _asked.TrySetResult(new SessionRequest(kind, command, original, true)) : Refuse(kind);
        }

        if (!permitted) return Refuse(kind);
        // execve(2) has no room for a zero octet, and a shell would not see what comes after it.
        return command?.Contains('\0', StringComparison.Ordinal) != true && _asked.TrySetResult(new SessionRequest(kind, command, null, false));
    }

    private bool AskForSubsystem(string name)
    {
        if (!_options.Subsystems.TryGetValue(name, out string? configured) || SftpServer.Expand(configured) is not { } command) return Refuse("subsystem");
        return Ask("subsystem", command, permitted: true);
    }

    private bool OpenTerminal(in PtyReqFields asked)
    {
        if (_terminal is not null) return false;
        if (!_options.PermitTerminal || !Key.Pty) return Refuse("pty-req");
        if (asked.Term.Contains('\0', StringComparison.Ordinal) || asked.Term.Length > 1024) return false;
        PseudoTerminal terminal;
        try
        {
            terminal = PseudoTerminal.Open(_options.Account);
        }
        catch (IOException e)
        {
            LogFailed(_logger, _options.Name, "pty-req", e.Message);
            return false;
        }

        if (Termios.TryGet(terminal.Master, out Termios settings)) settings.With(TerminalModes.Read(asked.Modes.Span).Modes).TryApply(terminal.Master, TermiosChange.Now);
        terminal.Resize(asked.Columns, asked.Rows, asked.WidthPixels, asked.HeightPixels);
        lock (_gate)
        {
            if (!_over)
            {
                _terminalType = asked.Term;
                _terminal = terminal;
                return true;
            }
        }

        terminal.Dispose();
        return false;
    }

    private bool ForwardAgent()
    {
        if (!_options.PermitAgentForwarding || !Key.AgentForwarding) return Refuse("auth-agent-req");
        try
        {
            _service.StartAgent();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(_logger, _options.Name, "auth-agent-req", e.Message);
            return false;
        }

        return _agent = true;
    }

    private bool Signal(string name)
    {
        // As sshd has it: what was forced upon the client, or is a subsystem, is not the client's to signal.
        if (!_asked.Task.IsCompletedSuccessfully || _asked.Task.Result is { IsForced: true } or { IsSubsystem: true }) return false;
        if (SessionSignals.NumberOf(name) is not { } number) return false;
        lock (_gate)
        {
            if (_child is not null) return _child.Signal(number, group: true);
            _earlySignals |= 1UL << number;
            return true;
        }
    }

    private void EndOutput()
    {
        lock (_gate)
        {
            _outputUnwanted = true;
            _program?.CloseOutput();
        }
    }

    private bool Refuse(string what)
    {
        LogRefused(_logger, _options.Name, what);
        return false;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: {What}: refused, not permitted")]
    private static partial void LogRefused(ILogger logger, string connection, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Connection}: {What}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string connection, string what, string reason);
}

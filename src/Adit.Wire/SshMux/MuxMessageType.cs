namespace Adit.Wire.SshMux;

/// <summary>Message numbers of OpenSSH's multiplexing protocol, version 4 (PROTOCOL.mux §11; proxy mode from §9).</summary>
public enum MuxMessageType : uint
{
    /// <summary>MUX_MSG_HELLO.</summary>
    Hello = 0x0000_0001,

    /// <summary>MUX_C_NEW_SESSION.</summary>
    NewSession = 0x1000_0002,

    /// <summary>MUX_C_ALIVE_CHECK.</summary>
    AliveCheck = 0x1000_0004,

    /// <summary>MUX_C_TERMINATE.</summary>
    Terminate = 0x1000_0005,

    /// <summary>MUX_C_OPEN_FWD.</summary>
    OpenForward = 0x1000_0006,

    /// <summary>MUX_C_CLOSE_FWD.</summary>
    CloseForward = 0x1000_0007,

    /// <summary>MUX_C_NEW_STDIO_FWD.</summary>
    NewStdioForward = 0x1000_0008,

    /// <summary>MUX_C_STOP_LISTENING.</summary>
    StopListening = 0x1000_0009,

    /// <summary>MUX_C_PROXY.</summary>
    Proxy = 0x1000_000f,

    /// <summary>MUX_S_OK.</summary>
    Ok = 0x8000_0001,

    /// <summary>MUX_S_PERMISSION_DENIED.</summary>
    PermissionDenied = 0x8000_0002,

    /// <summary>MUX_S_FAILURE.</summary>
    Failure = 0x8000_0003,

    /// <summary>MUX_S_EXIT_MESSAGE.</summary>
    Exit = 0x8000_0004,

    /// <summary>MUX_S_ALIVE.</summary>
    Alive = 0x8000_0005,

    /// <summary>MUX_S_SESSION_OPENED.</summary>
    SessionOpened = 0x8000_0006,

    /// <summary>MUX_S_REMOTE_PORT.</summary>
    RemotePort = 0x8000_0007,

    /// <summary>MUX_S_TTY_ALLOC_FAIL.</summary>
    TtyAllocFail = 0x8000_0008,

    /// <summary>MUX_S_PROXY.</summary>
    ProxyReply = 0x8000_000f,
}

namespace Adit.Wire.Smpp;

/// <summary>command_status (SMPP 3.4 §5.1.3), those that make a difference here.</summary>
public enum SmppStatus : uint
{
    /// <summary>ESME_ROK.</summary>
    Ok = 0x00,

    /// <summary>ESME_RINVMSGLEN: message length is invalid.</summary>
    InvalidMessageLength = 0x01,

    /// <summary>ESME_RINVCMDLEN: command length is invalid.</summary>
    InvalidCommandLength = 0x02,

    /// <summary>ESME_RINVCMDID: invalid command.</summary>
    InvalidCommand = 0x03,

    /// <summary>ESME_RINVBNDSTS: the command does not fit the bind.</summary>
    InvalidBindStatus = 0x04,

    /// <summary>ESME_RALYBND: already bound.</summary>
    AlreadyBound = 0x05,

    /// <summary>ESME_RSYSERR: system error.</summary>
    SystemError = 0x08,

    /// <summary>ESME_RINVSRCADR: invalid source address.</summary>
    InvalidSourceAddress = 0x0a,

    /// <summary>ESME_RINVDSTADR: invalid destination address.</summary>
    InvalidDestinationAddress = 0x0b,

    /// <summary>ESME_RBINDFAIL: bind failed.</summary>
    BindFailed = 0x0d,

    /// <summary>ESME_RINVPASWD: invalid password.</summary>
    InvalidPassword = 0x0e,

    /// <summary>ESME_RINVSYSID: invalid system id.</summary>
    InvalidSystemId = 0x0f,

    /// <summary>ESME_RMSGQFUL: message queue full.</summary>
    MessageQueueFull = 0x14,

    /// <summary>ESME_RSUBMITFAIL: submit failed.</summary>
    SubmitFailed = 0x45,

    /// <summary>ESME_RINVSRCTON: invalid source TON.</summary>
    InvalidSourceTypeOfNumber = 0x48,

    /// <summary>ESME_RINVSRCNPI: invalid source NPI.</summary>
    InvalidSourceNumberingPlan = 0x49,

    /// <summary>ESME_RINVDSTTON: invalid destination TON.</summary>
    InvalidDestinationTypeOfNumber = 0x50,

    /// <summary>ESME_RINVDSTNPI: invalid destination NPI.</summary>
    InvalidDestinationNumberingPlan = 0x51,

    /// <summary>ESME_RINVSYSTYP: invalid system type.</summary>
    InvalidSystemType = 0x53,

    /// <summary>ESME_RTHROTTLED: the ESME has exceeded its permitted rate.</summary>
    Throttled = 0x58,
}

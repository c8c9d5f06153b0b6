namespace Adit.Wire.Socks;

/// <summary>What a <see cref="SocksServerHandshake"/> found.</summary>
public enum SocksServerEvent
{
    /// <summary>More octets are needed.</summary>
    NeedMore,

    /// <summary>User and password are there: call <see cref="SocksServerHandshake.AnswerCredentials"/>.</summary>
    Credentials,

    /// <summary>The request is there: do it, and call <see cref="SocksServerHandshake.Reply"/>.</summary>
    Request,

    /// <summary>The client cannot be served: send what is to be sent, and close. <see cref="SocksServerHandshake.FailureReason"/> says why.</summary>
    Failed,
}

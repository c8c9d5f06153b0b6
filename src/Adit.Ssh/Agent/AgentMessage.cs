namespace Adit.Ssh.Agent;

/// <summary>Message numbers and flags of the agent protocol (draft-ietf-sshm-ssh-agent §6).</summary>
internal static class AgentMessage
{
    internal const byte Failure = 5; // SSH_AGENT_FAILURE
    internal const byte Success = 6; // SSH_AGENT_SUCCESS
    internal const byte RequestIdentities = 11; // SSH_AGENTC_REQUEST_IDENTITIES
    internal const byte IdentitiesAnswer = 12; // SSH_AGENT_IDENTITIES_ANSWER
    internal const byte SignRequest = 13; // SSH_AGENTC_SIGN_REQUEST
    internal const byte SignResponse = 14; // SSH_AGENT_SIGN_RESPONSE
    internal const byte AddIdentity = 17; // SSH_AGENTC_ADD_IDENTITY
    internal const byte AddConstrained = 25; // SSH_AGENTC_ADD_ID_CONSTRAINED
    internal const byte Extension = 27; // SSH_AGENTC_EXTENSION
    internal const byte ExtensionFailure = 28; // SSH_AGENT_EXTENSION_FAILURE

    internal const byte ConstrainLifetime = 1; // SSH_AGENT_CONSTRAIN_LIFETIME
    internal const byte ConstrainConfirm = 2; // SSH_AGENT_CONSTRAIN_CONFIRM

    internal const uint FlagRsaSha256 = 2; // SSH_AGENT_RSA_SHA2_256
    internal const uint FlagRsaSha512 = 4; // SSH_AGENT_RSA_SHA2_512
}

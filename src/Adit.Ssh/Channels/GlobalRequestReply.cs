namespace Adit.Ssh.Channels;

/// <summary>The answer to a global request (RFC 4254 §4).</summary>
/// <param name="Granted">SSH_MSG_REQUEST_SUCCESS or SSH_MSG_REQUEST_FAILURE.</param>
/// <param name="Fields">The fields of a success.</param>
public readonly record struct GlobalRequestReply(bool Granted, ReadOnlyMemory<byte> Fields = default);

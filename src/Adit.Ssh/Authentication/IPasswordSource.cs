using Adit.Wire.Ssh;

namespace Adit.Ssh.Authentication;

/// <summary>Whoever can be asked for secrets during authentication. Each method may answer null: nobody is there, or nobody wants to.</summary>
public interface IPasswordSource
{
    /// <summary>The password of the account, for the password method.</summary>
    /// <param name="user">The user name.</param>
    /// <param name="host">The host as the user named it.</param>
    /// <param name="attempt">0 for the first time, more after a refusal.</param>
    /// <param name="cancellationToken">The connection ended.</param>
    ValueTask<string?> GetPasswordAsync(string user, string host, int attempt, CancellationToken cancellationToken);

    /// <summary>Answers to the server's questions, for keyboard-interactive (RFC 4256).</summary>
    /// <param name="name">The server's heading, perhaps empty.</param>
    /// <param name="instruction">The server's instruction, perhaps empty.</param>
    /// <param name="prompts">The questions, each with whether the answer may be seen.</param>
    /// <param name="cancellationToken">The connection ended.</param>
    /// <returns>As many answers as there are questions.</returns>
    ValueTask<string[]?> AnswerAsync(string name, string instruction, IReadOnlyList<UserauthPrompt> prompts, CancellationToken cancellationToken);
}

namespace Adit.Ssh.Client;

/// <summary>The person at this side of a connection: who is asked for secrets and decisions, and told what matters.</summary>
public interface IUserDialogue
{
    /// <summary>Asks a question.</summary>
    /// <param name="question">The whole question, with what separates it from the answer.</param>
    /// <param name="isSecret">Whether the answer must not be seen.</param>
    /// <param name="cancellationToken">The question is of no use any more.</param>
    /// <returns>The answer; null when nobody is there to be asked.</returns>
    ValueTask<string?> AskAsync(string question, bool isSecret, CancellationToken cancellationToken = default);

    /// <summary>Tells something that should be seen whatever is logged; may have several lines.</summary>
    void Tell(string text);
}

using Adit.Ssh.Authentication;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Client;

/// <summary>Asks a person for passwords, with the questions of ssh(1).</summary>
/// <param name="dialogue">The person.</param>
/// <param name="user">The user name there.</param>
/// <param name="host">The host as it was named.</param>
/// <param name="isSuspect">Whether the host may be another than it should be: then no secret is asked for, lest it be stolen.</param>
internal sealed class DialoguePasswords(IUserDialogue dialogue, string user, string host, Func<bool> isSuspect) : IPasswordSource
{
    public async ValueTask<string?> GetPasswordAsync(string _, string __, int attempt, CancellationToken cancellationToken)
    {
        if (Refuses("Password authentication")) return null;
        if (attempt > 0) dialogue.Tell("Permission denied, please try again.");
        return await dialogue.AskAsync($"{user}@{host}'s password: ", isSecret: true, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<string[]?> AnswerAsync(string name, string instruction, IReadOnlyList<UserauthPrompt> prompts, CancellationToken cancellationToken)
    {
        if (Refuses("Keyboard-interactive authentication")) return null;
        if (name.Length > 0) dialogue.Tell(Clean(name));
        if (instruction.Length > 0) dialogue.Tell(Clean(instruction));
        string[] answers = new string[prompts.Count];
        for (int i = 0; i < answers.Length; i++)
        {
            // The server wrote this question: say so, lest it be taken for one of ours.
            string question = $"({user}@{host}) {Clean(prompts[i].Text)}";
            if (await dialogue.AskAsync(question, !prompts[i].Echo, cancellationToken).ConfigureAwait(false) is not { } answer) return null;
            answers[i] = answer;
        }

        return answers;
    }

    // The words of ssh(1).
    private bool Refuses(string what)
    {
        if (!isSuspect()) return false;
        dialogue.Tell($"{what} is disabled to avoid man-in-the-middle attacks.");
        return true;
    }

    private static string Clean(string text) => new([.. text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '?' : c)]);
}

using Adit.Ssh.Client;

namespace Adit.Ssh.Tests.Client;

/// <summary>Whom a client asks and tells: gives one answer to everything.</summary>
internal sealed class Person(string? answer = null) : IUserDialogue
{
    public List<string> Questions { get; } = [];

    public List<string> Told { get; } = [];

    public ValueTask<string?> AskAsync(string question, bool isSecret, CancellationToken cancellationToken = default)
    {
        Questions.Add(question);
        return ValueTask.FromResult(answer);
    }

    public void Tell(string text) => Told.Add(text);
}

using Adit.Cli.Terminal;

namespace Adit.Cli.Tests.Keygen;

/// <summary>A person with prepared answers; none at all means that there is no terminal.</summary>
internal sealed class ScriptedPrompt(params string?[] answers) : IPrompt
{
    private readonly Queue<string?> _answers = new(answers);

    public List<string> Questions { get; } = [];

    public bool IsAvailable => answers.Length > 0;

    public string? Ask(string question, bool hidden)
    {
        Questions.Add((hidden ? "hidden " : "") + question);
        return _answers.TryDequeue(out string? answer) ? answer : null;
    }
}

namespace Adit.Cli.Terminal;

/// <summary>Asks the person who runs the command.</summary>
internal interface IPrompt
{
    /// <summary>Whether there is a person to ask: a terminal.</summary>
    bool IsAvailable { get; }

    /// <summary>Asks.</summary>
    /// <param name="question">Shown before the answer.</param>
    /// <param name="hidden">Whether the answer stays invisible.</param>
    /// <returns>The answer; null when there is nobody, or none came.</returns>
    /// <exception cref="Core.TunnelException">The person pressed ^C.</exception>
    string? Ask(string question, bool hidden);
}

namespace Adit.Cli.Manual;

/// <summary>One option of a command.</summary>
/// <param name="Names">Its names with their dashes, the one to show first before the others.</param>
/// <param name="Placeholder">The name of its value; null for a switch.</param>
/// <param name="Description">What it does, with unit and default.</param>
internal sealed record CommandOption(IReadOnlyList<string> Names, string? Placeholder, string Description)
{
    /// <summary>The heading under which it stands.</summary>
    public string Group { get; init; } = "Options";

    /// <summary>Tells what its value may be, where the placeholder's name does not; asked when completions are written, not when options are parsed.</summary>
    public Func<ValueForm>? Values { get; init; }

    /// <summary>What its value may be.</summary>
    public ValueForm Value => Values?.Invoke() ?? ValueForm.Of(Placeholder);

    /// <summary>Whether it may be given more than once.</summary>
    public bool Repeats { get; init; }

    /// <summary>What it would be for, where it is known and refused.</summary>
    public string? NotThereYet { get; init; }

    /// <summary>Whether help, manual and completions name it: not what is refused, and not what is taken without an effect and has no description.</summary>
    public bool IsListed => NotThereYet is null && Description.Length > 0;

    /// <summary>Whether a value follows.</summary>
    public bool TakesValue => Placeholder is not null;

    /// <summary>Names and value, as help shows them.</summary>
    public string Term => string.Join(", ", Names) + (Placeholder is null ? "" : $" {Placeholder}");
}

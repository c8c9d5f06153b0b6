namespace Adit.Ssh.Config;

/// <summary>What a list of patterns says of a name or an address: a negated pattern that matches overrules every other.</summary>
internal enum PatternOutcome
{
    /// <summary>No pattern matches.</summary>
    NoMatch,

    /// <summary>A pattern matches, and no negated one does.</summary>
    Match,

    /// <summary>A negated pattern matches.</summary>
    Negated,
}

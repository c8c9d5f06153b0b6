namespace Adit.Cli.Manual;

/// <summary>Something with a name, and what is said of it.</summary>
/// <param name="Term">The name.</param>
/// <param name="Text">What is said of it; may be empty.</param>
internal sealed record PageRow(string Term, string Text = "");

namespace Adit.Gateway.Configuration;

/// <summary>A row of <see cref="LinkTypes"/>.</summary>
/// <param name="Type">The type.</param>
/// <param name="Word">Its word in a configuration and on the command line.</param>
/// <param name="Means">What it carries in what.</param>
/// <param name="Keys">The keys that not every type takes.</param>
internal sealed record LinkTypeRow(LinkType Type, string Word, string Means, IReadOnlyList<string> Keys);

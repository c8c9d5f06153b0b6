namespace Adit.Cli.Ssh;

/// <summary>One option letter of ssh(1), as the parser needs it; <see cref="SshOptions"/> says the rest.</summary>
/// <param name="Letter">The letter.</param>
/// <param name="TakesArgument">Whether an argument follows, glued to it or as the next word.</param>
/// <param name="NotThereYet">What the option is for, where it is refused by name.</param>
internal sealed record SshOption(char Letter, bool TakesArgument = false, string? NotThereYet = null)
{
    private static readonly Dictionary<char, SshOption> Table = SshOptions.All.Where(o => o.Names[0].Length == 2)
        .Select(o => new SshOption(o.Names[0][1], o.TakesValue, o.NotThereYet)).Append(new SshOption('2')) // -2 means nothing any more
        .ToDictionary(option => option.Letter);

    /// <summary>Finds an option; null if ssh(1) has no such letter.</summary>
    public static SshOption? Find(char letter) => Table.GetValueOrDefault(letter);
}

namespace Adit.Cli.Ssh;

/// <summary>One option letter of ssh(1).</summary>
/// <param name="Letter">The letter.</param>
/// <param name="TakesArgument">Whether an argument follows, glued to it or as the next word.</param>
/// <param name="NotThereYet">What the option is for, where it is refused by name.</param>
internal sealed record SshOption(char Letter, bool TakesArgument = false, string? NotThereYet = null)
{
    private static readonly Dictionary<char, SshOption> Table = new SshOption[]
    {
        new('2'), new('4'), new('6'),
        new('a'), new('A'), new('b', true), new('B', true), new('c', true), new('C'), new('D', true), new('e', true), new('E', true), new('f'), new('F', true),
        new('g'), new('G'), new('i', true), new('J', true), new('k'), new('l', true), new('L', true), new('m', true), new('M'), new('n'), new('N'), new('o', true), new('O', true),
        new('p', true), new('q'), new('Q', true), new('R', true), new('s'), new('S', true), new('t'), new('T'), new('v'), new('V'), new('W', true), new('x'), new('y'),
        new('I', true, "PKCS#11"),
        new('K', NotThereYet: "GSSAPI authentication"),
        new('w', true, "a tun device"),
        new('X', NotThereYet: "X11 forwarding"),
        new('Y', NotThereYet: "X11 forwarding"),
    }.ToDictionary(option => option.Letter);

    /// <summary>Finds an option; null if ssh(1) has no such letter.</summary>
    public static SshOption? Find(char letter) => Table.GetValueOrDefault(letter);
}

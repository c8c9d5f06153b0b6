using Adit.Core.Hops;

namespace Adit.Cli.Manual;

/// <summary>What may stand where a value is expected.</summary>
/// <param name="Kind">What a shell can offer.</param>
/// <param name="Words">The words to choose from, for the kinds that have some.</param>
internal sealed record ValueForm(ValueKind Kind, params IReadOnlyList<string> Words)
{
    /// <summary>Anything.</summary>
    public static ValueForm Text { get; } = new(ValueKind.Text);

    /// <summary>The form that a placeholder's name tells: FILE, HOP, or <c>this|that</c>.</summary>
    public static ValueForm Of(string? placeholder) => placeholder switch
    {
        null => Text,
        "HOP" => new(ValueKind.Start, [.. HopScheme.All.Where(s => s.IsAvailable).Select(s => $"{s.Name}://")]),
        "DIR" => new(ValueKind.Folder),
        "FILE" or "PATH" or "file" => new(ValueKind.File),
        _ when placeholder.EndsWith("_file", StringComparison.Ordinal) || placeholder is "configfile" or "ctl_path" => new(ValueKind.File),
        "[user@]host[:port][,...]" => new(ValueKind.Hosts),
        "login_name" => new(ValueKind.User),
        "bind_interface" => new(ValueKind.Interface),
        _ when placeholder.Contains('|', StringComparison.Ordinal) => new(ValueKind.Choice, placeholder.Split('|')),
        _ => Text,
    };
}

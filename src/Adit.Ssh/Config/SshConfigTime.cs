namespace Adit.Ssh.Config;

/// <summary>Times as sshd_config(5), TIME FORMATS, writes them.</summary>
public static class SshConfigTime
{
    /// <summary>Reads a time: numbers, each with s, m, h, d, w or nothing (seconds), added up.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan time) => SshConfigUnits.TryParseTime(text, out time);
}

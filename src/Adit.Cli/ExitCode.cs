namespace Adit.Cli;

/// <summary>The exit codes of every verb but <c>ssh</c>, which answers as ssh(1).</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>What a shell reports for a program that a signal ended.</summary>
    public static int OfSignal(int signal) => 128 + signal;
}

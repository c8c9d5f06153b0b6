namespace Adit.Ssh.Server.Sessions;

/// <summary>Signals by the names of RFC 4254 §6.10, without SIG, and by their numbers in Linux (asm-generic/signal.h, the same on x86-64 and arm64).</summary>
internal static class SessionSignals
{
    public const int HangUp = 1;

    private static readonly (string Name, int Number)[] Known =
    [
        ("HUP", 1), ("INT", 2), ("QUIT", 3), ("ILL", 4), ("ABRT", 6), ("FPE", 8), ("KILL", 9), ("USR1", 10), ("SEGV", 11), ("USR2", 12), ("PIPE", 13), ("ALRM", 14), ("TERM", 15),
    ];

    /// <summary>The number of a signal; null for a name that the RFC does not have.</summary>
    public static int? NumberOf(string name) => Array.Find(Known, k => k.Name == name) is { Name: not null } found ? found.Number : null;

    /// <summary>The name of a signal; those that the RFC does not have are named as OpenSSH names them.</summary>
    public static string NameOf(int number) => Array.Find(Known, k => k.Number == number).Name ?? "SIG@openssh.com";
}

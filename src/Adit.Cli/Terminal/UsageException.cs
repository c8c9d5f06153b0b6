namespace Adit.Cli.Terminal;

/// <summary>The command line is wrong in a way that its grammar cannot tell. One line; exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

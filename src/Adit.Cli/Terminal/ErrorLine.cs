using System.Text;
using Adit.Cli.Logging;
using Adit.Core;

namespace Adit.Cli.Terminal;

/// <summary>Turns whatever ended a verb into one line on standard error and an exit code.</summary>
internal static class ErrorLine
{
    /// <summary>Prints and returns the exit code.</summary>
    /// <param name="exception">What ended the verb.</param>
    /// <param name="withCause">Whether to print the chain of causes, a line each (<c>-v</c>).</param>
    /// <param name="to">Where to print; standard error if null.</param>
    public static int Report(Exception exception, bool withCause, TextWriter? to = null)
    {
        if (exception is OperationCanceledException && TerminationSignals.Received is int signal) return ExitCode.OfSignal(signal);
        try
        {
            to ??= Console.Error;
            to.WriteLine($"adit: {Describe(exception)}");
            for (Exception? cause = exception.InnerException; withCause && cause is not null; cause = cause.InnerException)
                to.WriteLine($"  because: {Describe(cause)}");
        }
        catch (IOException)
        {
            // Standard error is gone: the exit code is all that is left to tell.
        }

        return exception is UsageException ? ExitCode.WrongUsage : ExitCode.Failed;
    }

    /// <summary>One line, without line breaks, control characters or passwords of URIs.</summary>
    public static string Describe(Exception exception)
    {
        string message = exception is TunnelException or UsageException or Ssh.SshUsageException or IOException or UnauthorizedAccessException
            ? exception.Message
            : $"{exception.GetType().Name}: {exception.Message}";
        var line = new StringBuilder();
        LogText.AppendSafe(line, message);
        return line.ToString();
    }
}

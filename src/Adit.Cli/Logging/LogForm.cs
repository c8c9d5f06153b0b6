namespace Adit.Cli.Logging;

/// <summary>The form of the log.</summary>
internal enum LogForm
{
    /// <summary>A line of text an event.</summary>
    Text,

    /// <summary>A JSON object a line.</summary>
    Json,
}

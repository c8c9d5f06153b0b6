using Adit.Gateway.Admission;

namespace Adit.Gateway.Serving;

/// <summary>One connection of a <see cref="ConnectionHost"/>.</summary>
internal interface IServedConnection
{
    /// <summary>The connection in log lines.</summary>
    string Name { get; }

    /// <summary>Runs it to its end.</summary>
    /// <param name="login">Its place among those that are not logged in; owned from here on.</param>
    /// <param name="stopping">The server stops: a login under way is given up.</param>
    Task RunAsync(PendingLogin login, CancellationToken stopping);

    /// <summary>Says goodbye and closes; waits until it is done.</summary>
    ValueTask StopAsync(string reason);

    /// <summary>Closes at once.</summary>
    void Abort();
}

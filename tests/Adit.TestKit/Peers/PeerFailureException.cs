namespace Adit.TestKit.Peers;

/// <summary>A real peer did not do what a fixture asked of it; the message carries what the peer printed.</summary>
public sealed class PeerFailureException : Exception
{
    public PeerFailureException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

namespace Adit.Core.Mailboxes;

/// <summary>The client's end of a carrier whose server can only answer: so it must be asked, also when the client has nothing to say.</summary>
public interface ISlottedMailbox : IMailbox
{
    /// <summary>Whether one more question should be asked now. Read under the session's lock: must not wait.</summary>
    bool WantsPoll { get; }

    /// <summary>Told once, before anything is sent: what to call when <see cref="WantsPoll"/> may have become true. It may be called on any thread, but not under a lock that <see cref="WantsPoll"/> or <see cref="NoteBacklog"/> take.</summary>
    /// <param name="changed">What to call.</param>
    void Bind(Action changed);

    /// <summary>The server said how much waits there. Called under the session's lock: must not wait.</summary>
    /// <param name="octets">Octets of the stream.</param>
    void NoteBacklog(long octets);
}

using Adit.Core.Mailboxes;

namespace Adit.Core.Lifeline;

/// <content>What is kept of each carrier.</content>
public sealed partial class LifelineKeeper
{
    /// <summary>What is known of one carrier; under the gate.</summary>
    private sealed class Lane(IMailboxDialer dialer)
    {
        public IMailboxDialer Dialer => dialer;

        public LifelineRouteState State { get; set; }

        public LifelinePath? Path { get; set; }

        public IMailbox? Mailbox { get; set; }

        public PathWear Wear { get; } = new();

        public bool IsReplacing { get; set; }

        /// <summary>Whether its path is being ended by us, since nothing comes by it.</summary>
        public bool IsGivenUp { get; set; }

        public long Since { get; private set; }

        public long NextTry { get; private set; }

        public TimeSpan Pause { get; set; }

        public bool IsSpare { get; set; }

        /// <summary>Whether its budget is spent, so that it never comes back.</summary>
        public bool IsSpent { get; set; }

        public string? Problem { get; set; }

        public PathWear.Life LifeOf(LifelinePath path, TimeProvider time, long now) => new(time.GetElapsedTime(Since, now), path.Delivered, path.Received);

        /// <summary>How far the stream was when the path was opened.</summary>
        public long Progress { get; private set; }

        public void Up(LifelinePath path, IMailbox mailbox, long now, long progress)
        {
            (Path, Mailbox, Since, Progress, Problem, IsSpare, IsGivenUp) = (path, mailbox, now, progress, null, false, false);
        }

        public void PutOff(TimeProvider time, TimeSpan first, TimeSpan longest)
        {
            NextTry = time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency);
            Pause = Pause == TimeSpan.Zero ? first : Pause * 2 < longest ? Pause * 2 : longest;
        }
    }
}

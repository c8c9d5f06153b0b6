using Adit.Core;

namespace Adit.Carriers.Sms;

/// <summary>How many messages may be sent, since each costs money. Shared by all links of one hop or listener. Safe for several threads.</summary>
/// <param name="most">Messages; null for no limit.</param>
public sealed class SmsBudget(long? most = null)
{
    private long _spent;

    /// <summary>Messages handed to a centre or telephone so far, those that it did not take not counted.</summary>
    public long Spent => Interlocked.Read(ref _spent);

    /// <summary>Whether none is left.</summary>
    public bool IsSpent => most is { } limit && Spent >= limit;

    /// <summary>Takes one.</summary>
    /// <param name="where">The carrier, for the message.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.ResourceShortage"/>: none is left.</exception>
    public void Take(string where)
    {
        if (most is { } limit && Interlocked.Increment(ref _spent) > limit)
        {
            Interlocked.Decrement(ref _spent);
            throw new TunnelException(TunnelError.ResourceShortage, $"{where}: budget: {limit} messages are spent; a larger budget=N permits more", where);
        }

        if (most is null) Interlocked.Increment(ref _spent);
    }

    /// <summary>Gives one back that was not taken.</summary>
    public void Return() => Interlocked.Decrement(ref _spent);
}

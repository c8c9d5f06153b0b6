namespace Adit.Carriers.Mqtt;

/// <summary>A token bucket: how much one side of a path may send, in octets a second. Not safe for several threads at once.</summary>
/// <param name="rate">Octets a second; 0 for no limit.</param>
public sealed class MqttPace(long rate)
{
    /// <summary>Ours: what may be sent at once after a silence, as time at the rate, so that little things never wait.</summary>
    private const long Burst = 100_000;

    private long _free; // when what was sent so far is paid for, in microseconds

    /// <summary>How long to wait before the next message.</summary>
    /// <param name="now">The time, in microseconds.</param>
    /// <returns>Microseconds; 0 for not at all.</returns>
    public long WaitFrom(long now) => rate == 0 ? 0 : Math.Max(0, _free - Burst - now);

    /// <summary>A message was sent.</summary>
    /// <param name="octets">Its length.</param>
    /// <param name="now">The time, in microseconds.</param>
    public void Note(int octets, long now)
    {
        if (rate != 0) _free = Math.Max(_free, now) + (octets * 1_000_000L / rate);
    }
}

namespace Adit.Gateway.Doctor;

/// <summary>How a <see cref="PathDoctor"/> works. Immutable.</summary>
public sealed record DoctorOptions
{
    /// <summary>How long one answer may take: a connection, then a banner; default 5 s. A way as a whole may take three times that, for chains and for the ladder of HTTP.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long all may take together; default one minute. Ways that are not done by then did not pass.</summary>
    public TimeSpan Overall { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many ways are tried at once; default 4. Logins and measurements go one after the other.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>Whether the user's keys open a session where a way passes, so that its speed can be measured; default true. No password is asked for or sent.</summary>
    public bool LogsIn { get; init; } = true;

    /// <summary>The most octets sent to measure one direction; default 16 MiB; zero measures the round trip only.</summary>
    public long SpeedOctets { get; init; } = 16 << 20;

    /// <summary>How long one direction is measured at most; default 1.5 s.</summary>
    public TimeSpan SpeedTime { get; init; } = TimeSpan.FromSeconds(1.5);
}

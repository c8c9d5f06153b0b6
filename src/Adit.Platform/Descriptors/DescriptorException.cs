using System.Runtime.InteropServices;

namespace Adit.Platform.Descriptors;

/// <summary>A system call on a descriptor or process failed.</summary>
/// <param name="what">Where and what, before the system's own words.</param>
/// <param name="errorNumber">errno.</param>
public sealed class DescriptorException(string what, int errorNumber) : IOException($"{what}: {Marshal.GetPInvokeErrorMessage(errorNumber)}")
{
    /// <summary>ENOENT.</summary>
    public const int NoSuchFile = 2;

    /// <summary>ECONNREFUSED.</summary>
    public const int ConnectionRefused = 111;

    /// <summary>errno, see errno(3).</summary>
    public int ErrorNumber { get; } = errorNumber;

    /// <summary>The failure of the call that this thread made last.</summary>
    internal static DescriptorException Last(string what) => new(what, Marshal.GetLastPInvokeError());
}

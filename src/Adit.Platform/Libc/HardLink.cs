using System.Runtime.InteropServices;

namespace Adit.Platform.Libc;

/// <summary>A second name for a file, which either appears whole or not at all (link(2)).</summary>
public static partial class HardLink
{
    private const int Exists = 17; // EEXIST, errno.h

    /// <summary>Gives a file another name.</summary>
    /// <param name="path">The file, of any kind.</param>
    /// <param name="name">The other name.</param>
    /// <returns>False when the name is taken.</returns>
    /// <exception cref="Descriptors.DescriptorException">It failed for another reason.</exception>
    public static bool TryCreate(string path, string name)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(name);
        if (link(path, name) == 0) return true;
        int error = Marshal.GetLastPInvokeError();
        return error == Exists ? false : throw new Descriptors.DescriptorException($"{name}: link", error);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int link(string path, string name);
}

using System.Runtime.InteropServices;
using Adit.Platform.Libc;

namespace Adit.Platform.Descriptors;

/// <summary>A serial line as a descriptor: raw, without modem control, at a speed.</summary>
public static partial class SerialPort
{
    // asm-generic/fcntl.h
    private const int ReadWrite = 2; // O_RDWR
    private const int NoControllingTerminal = 0x100; // O_NOCTTY
    private const int NonBlocking = 0x800; // O_NONBLOCK: without it open waits for a carrier
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    // asm-generic/termbits.h
    private const uint EnableReceiver = 0x80; // CREAD
    private const uint IgnoreModemLines = 0x800; // CLOCAL
    private const uint EightBits = 0x30; // CS8
    private const uint ParityAndStopBits = 0x100 | 0x40; // PARENB, CSTOPB

    /// <summary>Opens and sets it: eight bits, no parity, one stop bit.</summary>
    /// <param name="path">The device.</param>
    /// <param name="bitsPerSecond">Its speed, one that terminals have.</param>
    /// <exception cref="DescriptorException">It cannot be opened, or is no terminal.</exception>
    public static PolledDescriptor Open(string path, uint bitsPerSecond)
    {
        int number = open(path, ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec);
        if (number < 0) throw DescriptorException.Last(path);
        var handle = new DescriptorHandle(number);
        if (!Termios.TryGet(handle, out Termios settings))
        {
            handle.Dispose();
            throw DescriptorException.Last(path);
        }

        settings = settings.ToRaw();
        settings.Control = (TermiosControl)(((uint)settings.Control & ~ParityAndStopBits) | EnableReceiver | IgnoreModemLines | EightBits);
        settings.BitsPerSecond = bitsPerSecond;
        if (!settings.TryApply(handle, TermiosChange.Now))
        {
            handle.Dispose();
            throw DescriptorException.Last(path);
        }

        return new PolledDescriptor(handle);
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
}

using Adit.Core;
using Adit.Wire.Pcapng;

namespace Adit.Links.Capture;

/// <summary>
/// Records packets in a pcapng file (draft-ietf-opsawg-pcapng), which Wireshark and tshark read, also while it grows. It never holds up who records: where the disk is slower, packets are missed and counted.
/// </summary>
/// <remarks>Theory of operation: blocks are encoded into one of two buffers of <see cref="BufferLength"/> octets while a thread writes the other to the file; both change places when the thread is done. From any threads.</remarks>
public sealed class PacketRecorder : IAsyncDisposable
{
    /// <summary>Ours: octets that wait for the disk at most, twice.</summary>
    public const int BufferLength = 4 * 1024 * 1024;

    private readonly FileStream _file;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly byte[] _scratch = new byte[128 * 1024]; // headers and the longest packet
    private byte[] _filling = new byte[BufferLength];
    private byte[] _writing = new byte[BufferLength];
    private int _filled;
    private bool _stopping;
    private long _packets;
    private long _missed;

    private PacketRecorder(FileStream file, string path, PcapngLinkType linkType, string name)
    {
        (_file, Path) = (file, path);
        _filled = new SectionHeaderBlock("adit").Encode(_filling);
        _filled += new InterfaceDescriptionBlock(linkType, 0, name).Encode(_filling.AsSpan(_filled));
        _thread = new Thread(Run) { IsBackground = true, Name = $"record {name}" };
        _thread.Start();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Packets recorded.</summary>
    public long Packets => Interlocked.Read(ref _packets);

    /// <summary>Packets missed: the buffer was full, or the file takes no more.</summary>
    public long Missed => Interlocked.Read(ref _missed);

    /// <summary>Begins a file, which replaces one of that name; others may not read it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="linkType">What packets begin with.</param>
    /// <param name="name">The interface's name in the file.</param>
    /// <exception cref="TunnelException">It cannot be written.</exception>
    public static PacketRecorder Create(string path, PcapngLinkType linkType, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            return new PacketRecorder(new FileStream(path, options), path, linkType, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"capture {path}: expected a file that can be written, got {e.Message}", inner: e);
        }
    }

    /// <summary>Nanoseconds since 1970, for packets that are recorded now.</summary>
    public static ulong Now() => (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>Records a packet.</summary>
    /// <param name="header">What stands before it in the record; empty for nothing.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="direction">Which way it goes.</param>
    /// <param name="timestamp">Of <see cref="Now"/>.</param>
    public void Record(ReadOnlySpan<byte> header, ReadOnlySpan<byte> packet, PcapngDirection direction, ulong timestamp)
    {
        int length = header.Length + packet.Length;
        lock (_gate)
        {
            if (_stopping || length > _scratch.Length || _filled + EnhancedPacketBlock.LengthFor(length, direction) > BufferLength)
            {
                _missed++;
                return;
            }

            ReadOnlySpan<byte> data = packet;
            if (!header.IsEmpty)
            {
                header.CopyTo(_scratch);
                packet.CopyTo(_scratch.AsSpan(header.Length));
                data = _scratch.AsSpan(0, length);
            }

            _filled += EnhancedPacketBlock.Write(_filling.AsSpan(_filled), 0, timestamp, data, (uint)length, direction);
            _packets++;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what waits and closes the file.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        return ValueTask.CompletedTask;
    }

    private void Run()
    {
        using FileStream file = _file;
        while (true)
        {
            int length;
            lock (_gate)
            {
                while (_filled == 0 && !_stopping) Monitor.Wait(_gate);
                if (_filled == 0) return;
                (_filling, _writing) = (_writing, _filling);
                (length, _filled) = (_filled, 0);
            }

            try
            {
                file.Write(_writing, 0, length);
            }
            catch (IOException)
            {
                // The disk is full: what comes now is missed.
                lock (_gate) _stopping = true;
            }
        }
    }
}

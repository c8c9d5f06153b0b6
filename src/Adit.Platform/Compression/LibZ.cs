using System.Runtime.InteropServices;

namespace Adit.Platform.Compression;

/// <summary>zlib's streaming interface (zlib.h), for flushes inside one stream that .NET's own classes do not promise.</summary>
internal static partial class LibZ
{
    internal const int PartialFlush = 1;
    internal const int Ok = 0;
    internal const int BufferError = -5;

    private const string Name = "libz.so.1";

    [LibraryImport(Name, EntryPoint = "deflateInit_", StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int DeflateInit(ZStream* stream, int level, string version, int size);

    [LibraryImport(Name, EntryPoint = "deflate")]
    internal static unsafe partial int Deflate(ZStream* stream, int flush);

    [LibraryImport(Name, EntryPoint = "deflateEnd")]
    internal static unsafe partial int DeflateEnd(ZStream* stream);

    [LibraryImport(Name, EntryPoint = "inflateInit_", StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int InflateInit(ZStream* stream, string version, int size);

    [LibraryImport(Name, EntryPoint = "inflate")]
    internal static unsafe partial int Inflate(ZStream* stream, int flush);

    [LibraryImport(Name, EntryPoint = "inflateEnd")]
    internal static unsafe partial int InflateEnd(ZStream* stream);

    /// <summary>z_stream of zlib.h on LP64.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct ZStream
    {
        public byte* NextIn;
        public uint AvailableIn;
        public nuint TotalIn;
        public byte* NextOut;
        public uint AvailableOut;
        public nuint TotalOut;
        public byte* Message;
        public void* State;
        public void* Allocate;
        public void* Free;
        public void* Opaque;
        public int DataType;
        public nuint Adler;
        public nuint Reserved;
    }
}

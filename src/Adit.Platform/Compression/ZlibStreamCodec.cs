using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Adit.Platform.Compression;

/// <summary>
/// One direction of a zlib stream (RFC 1950) that is flushed after each message, so that each message can be read at once. Not safe for use by
/// two threads at once.
/// </summary>
public sealed unsafe class ZlibStreamCodec : IDisposable
{
    private readonly bool _compress;
    private LibZ.ZStream* _stream;

    /// <summary>Begins a stream.</summary>
    /// <param name="compress">Whether to compress.</param>
    /// <param name="level">1 (fast) to 9 (small).</param>
    public ZlibStreamCodec(bool compress, int level = 6)
    {
        _compress = compress;
        _stream = (LibZ.ZStream*)NativeMemory.AllocZeroed((nuint)sizeof(LibZ.ZStream));
        int result = compress
            ? LibZ.DeflateInit(_stream, level, "1.2.11", sizeof(LibZ.ZStream))
            : LibZ.InflateInit(_stream, "1.2.11", sizeof(LibZ.ZStream));
        if (result != LibZ.Ok) throw new CryptographicException($"zlib: start: expected 0, got {result}");
    }

    /// <summary>Releases the stream when its owner forgot to.</summary>
    ~ZlibStreamCodec() => Free();

    /// <summary>The most octets that compressing <paramref name="length"/> octets can yield, with a flush.</summary>
    public static int CompressBound(int length) => length + (length >> 8) + 64;

    /// <summary>Transforms one whole message.</summary>
    /// <param name="input">The message.</param>
    /// <param name="output">Room for the result.</param>
    /// <param name="written">Octets of the result.</param>
    /// <returns>False when the input is not valid or the result does not fit.</returns>
    public bool TryTransform(ReadOnlySpan<byte> input, Span<byte> output, out int written)
    {
        fixed (byte* i = input, o = output)
        {
            _stream->NextIn = i;
            _stream->AvailableIn = (uint)input.Length;
            _stream->NextOut = o;
            _stream->AvailableOut = (uint)output.Length;
            int result = _compress ? LibZ.Deflate(_stream, LibZ.PartialFlush) : LibZ.Inflate(_stream, LibZ.PartialFlush);
            written = output.Length - (int)_stream->AvailableOut;
            // A full output may hide more: only a result with room left is known to be whole.
            return result is LibZ.Ok or LibZ.BufferError && _stream->AvailableIn == 0 && _stream->AvailableOut > 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_stream is null) return;
        if (_compress) _ = LibZ.DeflateEnd(_stream);
        else _ = LibZ.InflateEnd(_stream);
        NativeMemory.Free(_stream);
        _stream = null;
    }
}

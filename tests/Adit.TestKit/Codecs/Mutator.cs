using System.Buffers.Binary;

namespace Adit.TestKit.Codecs;

/// <summary>Makes inputs from well-formed ones: a seed gives the same inputs in the same order, always.</summary>
public sealed class Mutator
{
    /// <summary>Octets of the longest input made.</summary>
    public const int MaximumLength = 4096;

    // Values at which length checks go wrong: zero, signs, off by one, and just past the common limits.
    private static readonly uint[] Interesting =
        [0, 1, 2, 3, 4, 7, 8, 100, 101, 127, 128, 254, 255, 256, 0x7fff, 0x8000, 0xffff, 0x10000, 0x40000, 0x7fffffff, 0x80000000, 0xfffffffb, 0xfffffffc, 0xffffffff];

    private readonly Random _random;
    private readonly IReadOnlyList<byte[]> _corpus;
    private readonly byte[] _buffer = new byte[MaximumLength];
    private int _length;

    /// <summary>Starts at the first input.</summary>
    public Mutator(int seed, IReadOnlyList<byte[]> corpus)
    {
        if (corpus.Count == 0) throw new ArgumentException("mutator: corpus: expected at least one input, got none");
        _random = new Random(seed);
        _corpus = corpus;
    }

    /// <summary>Makes the next input, which is valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        if (_random.Next(16) == 0)
        {
            _length = _random.Next(300);
            _random.NextBytes(_buffer.AsSpan(0, _length));
            return _buffer.AsSpan(0, _length);
        }

        byte[] seed = _corpus[_random.Next(_corpus.Count)];
        _length = Math.Min(seed.Length, MaximumLength);
        seed.AsSpan(0, _length).CopyTo(_buffer);
        for (int i = 1 + _random.Next(4); i > 0; i--) Mutate();
        return _buffer.AsSpan(0, _length);
    }

    private void Mutate()
    {
        int at = _random.Next(_length + 1);
        int left = _length - at;
        switch (_random.Next(9))
        {
            case 0 when left > 0:
                _buffer[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when left > 0:
                _buffer[at] = (byte)Interesting[_random.Next(Interesting.Length)];
                break;
            case 2 when left > 0:
                _buffer[at] = (byte)_random.Next(256);
                break;
            case 3 or 4 when left >= 4:
                BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(at), Interesting[_random.Next(Interesting.Length)]);
                break;
            case 5 when left >= 4:
                uint value = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(at));
                BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(at), value + (uint)_random.Next(-2, 3));
                break;
            case 6:
                _length = at;
                break;
            case 7:
                int removed = Math.Min(left, 1 + _random.Next(8));
                _buffer.AsSpan(at + removed, left - removed).CopyTo(_buffer.AsSpan(at));
                _length -= removed;
                break;
            default:
                Insert(at);
                break;
        }
    }

    /// <summary>Inserts a piece of a well-formed input, or noise.</summary>
    private void Insert(int at)
    {
        int count = Math.Min(1 + _random.Next(24), MaximumLength - _length);
        byte[] other = _corpus[_random.Next(_corpus.Count)];
        int from = _random.Next(other.Length + 1);
        if (_random.Next(2) == 0) count = Math.Min(count, other.Length - from);
        _buffer.AsSpan(at, _length - at).CopyTo(_buffer.AsSpan(at + count));
        Span<byte> room = _buffer.AsSpan(at, count);
        if (other.Length - from >= count) other.AsSpan(from, count).CopyTo(room);
        else _random.NextBytes(room);
        _length += count;
    }
}

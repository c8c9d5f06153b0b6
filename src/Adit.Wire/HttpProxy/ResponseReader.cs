using System.Runtime.InteropServices;
using System.Text;
using Adit.Wire.Http;

namespace Adit.Wire.HttpProxy;

/// <summary>One response after another, head and body, each octet taken in its turn and none beyond.</summary>
internal sealed class ResponseReader
{
    /// <summary>Ours: octets of a body that are kept for a person or a program to read.</summary>
    private const int MostKept = 4096;

    /// <summary>Ours: octets of a body that are passed over to use the connection again; a longer one is not worth it.</summary>
    private const int MostPassed = 256 * 1024;

    private static readonly HttpLimits Limits = new() { HeadLength = 16 * 1024, FieldCount = 100 };

    private readonly List<byte> _pending = [];
    private readonly List<byte> _kept = [];
    private HttpChunkedDecoder? _chunked;
    private long _left;
    private long _passed;

    /// <summary>The head, after <see cref="ReadHead"/> said Ok.</summary>
    public HttpResponseHead Head { get; private set; }

    /// <summary>How the body ends.</summary>
    public HttpBody Body { get; private set; }

    /// <summary>What is wrong, after a bad status.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>Whether octets of the response in turn have arrived.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The first octets of the body.</summary>
    public string Text => Encoding.UTF8.GetString([.. _kept]);

    /// <summary>Begins the next response.</summary>
    public void Restart()
    {
        _pending.Clear();
        _kept.Clear();
        HasBegun = false;
    }

    /// <summary>Takes octets of a head.</summary>
    public DecodeStatus ReadHead(string method, ref ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty) return DecodeStatus.Truncated;
        HasBegun = true;
        int before = _pending.Count;
        int offered = Math.Min(source.Length, Limits.HeadLength + 1 - before);
        _pending.AddRange(source[..offered]);
        DecodeStatus status = HttpResponseHead.TryDecode(CollectionsMarshal.AsSpan(_pending), Limits, out HttpResponseHead head, out int consumed, out string fault);
        if (status == DecodeStatus.Truncated)
        {
            source = source[offered..];
            return _pending.Count > Limits.HeadLength ? Bad($"head: expected at most {Limits.HeadLength} octets, got more", DecodeStatus.BadLength) : status;
        }

        if (status != DecodeStatus.Ok) return Bad(fault, status);
        source = source[Math.Max(consumed - before, 0)..];
        _pending.Clear();
        Head = head;
        status = HttpBody.TryOf(head, method, out HttpBody body, out fault);
        // A 2xx to CONNECT has no body, whatever its fields say (RFC 9110 §9.3.6).
        if (status != DecodeStatus.Ok && method == "CONNECT" && head.StatusCode is >= 200 and < 300) (status, body) = (DecodeStatus.Ok, default);
        if (status != DecodeStatus.Ok) return Bad(fault, status);
        Body = body;
        _left = body.Length;
        _passed = 0;
        _chunked = body.Kind == HttpBodyKind.Chunked ? new HttpChunkedDecoder() : null;
        return DecodeStatus.Ok;
    }

    /// <summary>Takes octets of the body.</summary>
    /// <returns>Ok at its end; BadLength when it is longer than it may be.</returns>
    public DecodeStatus ReadBody(ref ReadOnlySpan<byte> source)
    {
        switch (Body.Kind)
        {
            case HttpBodyKind.None:
                return DecodeStatus.Ok;
            case HttpBodyKind.Chunked:
                return ReadChunks(ref source);
            default:
                int count = Body.Kind == HttpBodyKind.Length ? (int)Math.Min(_left, source.Length) : source.Length;
                Keep(source[..count]);
                source = source[count..];
                _left -= count;
                if (Body.Kind == HttpBodyKind.Length && _left == 0) return DecodeStatus.Ok;
                return _passed > MostPassed ? DecodeStatus.BadLength : DecodeStatus.Truncated;
        }
    }

    private DecodeStatus ReadChunks(ref ReadOnlySpan<byte> source)
    {
        int before = _pending.Count;
        _pending.AddRange(source);
        ReadOnlySpan<byte> all = CollectionsMarshal.AsSpan(_pending);
        int at = 0;
        while (true)
        {
            DecodeStatus status = _chunked!.Next(all[at..], out int consumed, out ReadOnlySpan<byte> payload);
            Keep(payload);
            at += consumed;
            if (status == DecodeStatus.Ok && !_chunked.IsDone && _passed <= MostPassed) continue;
            if (status == DecodeStatus.Ok) status = _chunked.IsDone ? DecodeStatus.Ok : DecodeStatus.BadLength;
            source = status == DecodeStatus.Ok ? source[Math.Max(at - before, 0)..] : default;
            if (status == DecodeStatus.Ok) _pending.Clear();
            else _pending.RemoveRange(0, at);
            return status;
        }
    }

    private void Keep(ReadOnlySpan<byte> octets)
    {
        _passed += octets.Length;
        _kept.AddRange(octets[..Math.Min(octets.Length, MostKept - _kept.Count)]);
    }

    private DecodeStatus Bad(string fault, DecodeStatus status)
    {
        Fault = fault;
        return status;
    }
}

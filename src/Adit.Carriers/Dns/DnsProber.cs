using System.Diagnostics;
using System.Security.Cryptography;
using Adit.Core;
using Adit.Wire;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <summary>Finds out what passes between a client and a domain's authority through one resolver, without a key.</summary>
/// <remarks>
/// Theory of operation: all questions (<see cref="DnsProbe"/>) leave at once, each is asked again twice if nothing comes, and as soon as the answers decide, they decide; so a path costs about two round trips, and only what is
/// missing costs the whole time. The densest name that came unchanged is taken, TXT before rarer types (they gain little and look odd), EDNS and TCP where an answer of that size came whole.
/// </remarks>
public sealed class DnsProber : IAsyncDisposable
{
    /// <summary>Ours: octets of an answer by TCP that are tried, the largest first.</summary>
    private static readonly int[] JumboSizes = [60_000, 16_000];

    /// <summary>Ours: for so long an answer by TCP is waited for, when all else is there.</summary>
    private static readonly TimeSpan LongJumbo = TimeSpan.FromMilliseconds(800);

    private static readonly DnsNameEncoding[] Encodings = [DnsNameEncoding.Base229, DnsNameEncoding.Base64, DnsNameEncoding.Base64Url, DnsNameEncoding.Base32];
    private static readonly int[] ShorterNames = [220, 180, 160];
    private static readonly DnsType[] Types = [DnsType.Txt, DnsType.Null, DnsType.Private65399, DnsType.Cname];

    private readonly DnsLink _link;
    private readonly DnsDomainName _domain;
    private readonly Sink _sink;

    /// <summary>Opens the sockets.</summary>
    /// <param name="resolver">The resolver.</param>
    /// <param name="domain">The tunnel's domain.</param>
    /// <exception cref="System.Net.Sockets.SocketException">There is no way to the address.</exception>
    public DnsProber(DnsResolver resolver, DnsDomainName domain)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        _domain = domain;
        _sink = new Sink(domain.EncodedLength);
        _link = DnsLink.Open(resolver, _sink);
    }

    /// <summary>Why the connections to the resolver failed last; null while none did.</summary>
    public TunnelException? Problem => _link.Problem;

    /// <summary>The probes that choose a shape.</summary>
    public static IReadOnlyList<DnsProbeKind> Choosing(bool withJumbo)
    {
        var all = new List<DnsProbeKind>();
        foreach (DnsNameEncoding encoding in Encodings)
            all.Add(new($"names of 255 octets in {DnsShape.NameOf(encoding)}", encoding, 255, DnsType.Txt, 64, DnsAnswerSize.Small, true));
        foreach (int length in ShorterNames)
            all.Add(new($"names of {length} octets in base32", DnsNameEncoding.Base32, length, DnsType.Txt, 64, DnsAnswerSize.Small, true));
        foreach (DnsType type in Types)
            all.Add(new($"answers of type {DnsShape.NameOf(type)}", DnsNameEncoding.Base32, 100, type, type == DnsType.Cname ? 64 : 280, DnsAnswerSize.Small, false));
        foreach (DnsType type in Types.Where(t => t != DnsType.Cname))
            all.Add(new($"answers of 1000 octets by EDNS, {DnsShape.NameOf(type)}", DnsNameEncoding.Base32, 100, type, 1000, DnsAnswerSize.Usual, true));
        if (!withJumbo) return all;
        foreach (int size in JumboSizes)
            all.Add(new($"answers of {size} octets by TCP", DnsNameEncoding.Base32, 100, DnsType.Txt, size, DnsAnswerSize.Jumbo, true));
        return all;
    }

    /// <summary>Finds the shape for a route.</summary>
    /// <param name="limit">For how long at most.</param>
    /// <param name="withJumbo">Whether TCP is tried.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The shape; null when nothing came through.</returns>
    public async Task<DnsShape?> FindAsync(TimeSpan limit, bool withJumbo = true, CancellationToken cancellationToken = default)
        => Choose(await AskAsync(Choosing(withJumbo), limit, IsDecided, cancellationToken).ConfigureAwait(false));

    /// <summary>What outcomes decide.</summary>
    /// <returns>Null when too little came through.</returns>
    public static DnsShape? Choose(IReadOnlyList<DnsProbeOutcome> outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        DnsType? type = Types.Cast<DnsType?>().FirstOrDefault(t => outcomes.Any(o => o.IsWell && o.Kind.Type == t && !o.Kind.IsStream));
        if (type is null) return null;
        DnsNameEncoding? encoding = Encodings.Cast<DnsNameEncoding?>().FirstOrDefault(e => outcomes.Any(o => o.IsWell && o.Kind.Encoding == e && o.Kind.NameLength == 255));
        int length = 255;
        if (encoding is null)
        {
            length = outcomes.Where(o => o.IsWell && o.Kind.Type == DnsType.Txt && !o.Kind.IsStream).Select(o => o.Kind.NameLength).DefaultIfEmpty(100).Max();
            if (length < 150) length = 255; // a resolver without TXT: names are not what fails
        }

        bool hasEdns = outcomes.Any(o => o.IsWell && o.Kind.Type == type && o.Kind.Wanted >= 1000 && !o.Kind.IsStream);
        int jumbo = outcomes.Where(o => o.IsWell && o.Kind.IsStream).Select(o => o.Length).DefaultIfEmpty(0).Max();
        return new DnsShape { Encoding = encoding ?? DnsNameEncoding.Base32, NameLength = length, Type = type.Value, HasEdns = hasEdns, Jumbo = jumbo };
    }

    /// <summary>Asks questions, all at once.</summary>
    /// <param name="kinds">The questions.</param>
    /// <param name="limit">For how long at most.</param>
    /// <param name="isDecided">Whether what is there suffices; null: all are waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<DnsProbeOutcome>> AskAsync(
        IReadOnlyList<DnsProbeKind> kinds, TimeSpan limit, Func<IReadOnlyList<DnsProbeOutcome?>, TimeSpan, bool>? isDecided = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        long began = Stopwatch.GetTimestamp();
        Asked[] asked = [.. kinds.Select(k => new Asked(k, (uint)RandomNumberGenerator.GetInt32(int.MaxValue)))];
        TimeSpan again = TimeSpan.FromMilliseconds(Math.Min(400, limit.TotalMilliseconds / 4));
        for (int round = 0; ; round++)
        {
            if (round < 3)
            {
                foreach (Asked each in asked.Where(a => a.Outcome is null)) Send(each, (uint)round);
            }

            TimeSpan roundEnds = round < 2 ? again * (round + 1) : limit;
            while (true)
            {
                TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
                if (asked.All(a => a.Outcome is not null) || (isDecided?.Invoke([.. asked.Select(a => a.Outcome)], elapsed) ?? false) || elapsed >= limit
                    || _link.Problem is { Error: TunnelError.CertificateNotTrusted }) // it will not be trusted in a second
                    return [.. asked.Select(a => a.Outcome ?? new DnsProbeOutcome(a.Kind, false, a.Code, 0, elapsed, a.IsTruncated))];
                if (elapsed >= roundEnds) break;
                await _sink.Changed.WaitAsync(roundEnds - elapsed, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    /// <summary>Whether what is missing can change nothing, or little.</summary>
    private static bool IsDecided(IReadOnlyList<DnsProbeOutcome?> outcomes, TimeSpan elapsed)
    {
        // An encoding passed, and of all denser ones it is known that they do not.
        bool names = false;
        foreach (DnsNameEncoding encoding in Encodings)
        {
            DnsProbeOutcome? best = outcomes.FirstOrDefault(o => o is not null && o.Kind.Encoding == encoding && o.Kind.NameLength == 255);
            names = best is { IsWell: true };
            if (best is null or { IsWell: true }) break;
        }

        bool edns = outcomes.Any(o => o is { IsWell: true, Kind: { Type: DnsType.Txt, Wanted: 1000 } });
        bool jumbo = elapsed > LongJumbo || outcomes.Any(o => o is { IsWell: true, Kind: { IsStream: true, Wanted: 60_000 } });
        return names && edns && jumbo;
    }

    private void Send(Asked asked, uint round)
    {
        DnsProbeKind kind = asked.Kind;
        var probe = new DnsProbe(kind.Hold, kind.Wanted, asked.Nonce + round); // another name each time: no cache answers
        int room = DnsPayloadName.MaximumPayload(kind.Encoding, _domain.EncodedLength, kind.NameLength);
        if (room < DnsProbe.QuestionLength) return;
        byte[] payload = new byte[room];
        probe.WriteQuestion(payload);
        byte[] name = new byte[DnsName.MaximumLength];
        int length = DnsPayloadName.Encode(payload, kind.Encoding, kind.Size, _domain.Octets, name);
        _link.Send(name.AsSpan(0, length), kind.Type, kind.HasEdns, kind.IsStream, new Question(asked, probe, DnsProbe.HashOf(payload), Stopwatch.GetTimestamp()), 0);
    }

    private sealed class Asked(DnsProbeKind kind, uint nonce)
    {
        public DnsProbeKind Kind { get; } = kind;

        public uint Nonce { get; } = nonce;

        public DnsProbeOutcome? Outcome { get; set; }

        public DnsResponseCode? Code { get; set; }

        public bool IsTruncated { get; set; }

        public int Failures { get; set; }
    }

    private sealed record Question(Asked Asked, DnsProbe Probe, uint Hash, long SentAt);

    private sealed class Sink(int domainLength) : IDnsAnswerSink
    {
        public SemaphoreSlim Changed { get; } = new(0);

        public void OnAnswer(object context, long ticket, in DnsMessage message, bool isStream)
        {
            var question = (Question)context;
            Asked asked = question.Asked;
            asked.Code = message.Header.ResponseCode;
            asked.IsTruncated |= (message.Header.Flags & DnsFlags.Truncated) != 0;
            byte[] payload = new byte[Math.Max(255, message.Octets.Length)];
            bool isWell = false;
            int length = 0;
            foreach (DnsRecord record in message.Records)
            {
                if (record.Section != DnsSection.Answer || record.Type != asked.Kind.Type) continue;
                if (DnsPayloadData.TryDecode(record, domainLength, payload, out length) != DecodeStatus.Ok || length <= DnsHeldTime.Length) continue;
                length -= DnsHeldTime.Length;
                isWell = question.Probe.TryReadAnswer(payload.AsSpan(DnsHeldTime.Length, length), question.Hash, out bool byStream, out _) == DecodeStatus.Ok
                    && (!asked.Kind.IsStream || byStream)
                    && length >= Math.Min(asked.Kind.Wanted, 57_000);
                break;
            }

            // A wrong answer may be followed by a right one to the next try; two wrong ones stand.
            if (isWell || ++asked.Failures >= 2) asked.Outcome ??= new DnsProbeOutcome(asked.Kind, isWell, asked.Code, length, Stopwatch.GetElapsedTime(question.SentAt), asked.IsTruncated);
            Changed.Release();
        }

        public void OnBroken(DnsLink link, bool isStream)
        {
            // The time limit tells, but for what is final.
            Changed.Release();
        }
    }
}

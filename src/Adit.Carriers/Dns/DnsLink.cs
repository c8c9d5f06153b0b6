using System.Buffers;
using System.Security.Cryptography;
using Adit.Core;
using Adit.Wire;
using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>Queries to one resolver and the answers to them, whatever carries them. Safe for several threads.</summary>
/// <remarks>
/// Theory of operation: what was asked is kept by its channel (a socket, a connection) and identifier until its answer comes or somebody gives up on it; an answer counts when it comes by the channel of its query, with its
/// identifier and its question (RFC 5452 §9.1), case aside since some resolvers change it. Names carry an authentication tag, so whoever cannot read a query cannot guess it either; whoever can read it is held off by lifeline's tags.
/// </remarks>
internal abstract class DnsLink(DnsResolver resolver, IDnsAnswerSink sink) : IAsyncDisposable
{
    private const int LongestQuery = DnsHeader.Length + DnsName.MaximumLength + 4 + DnsEdns.Length;
    private const ushort EdnsSize = 1232;

    private readonly Dictionary<int, Pending> _pending = [];
    private readonly Lock _gate = new();
    private readonly byte[] _query = new byte[LongestQuery];
    private readonly byte[] _random = new byte[256];
    private int _randomUsed = 256;
    private bool _isDisposed;

    public DnsResolver Resolver { get; } = resolver;

    /// <summary>Why its connections failed last; null while none did.</summary>
    public TunnelException? Problem { get; protected set; }

    /// <summary>Whether identifiers are 0 on the wire, since the channel tells what answers what.</summary>
    protected virtual bool HasNoIdentifiers => false;

    /// <summary>Opens the way to a resolver.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">There is no way to the address.</exception>
    public static DnsLink Open(DnsResolver resolver, IDnsAnswerSink sink) =>
        resolver.Tls is null ? new DnsResolverLink(resolver, sink) : resolver.Path is null ? new DnsTlsLink(resolver, sink) : new DnsHttpsLink(resolver, sink);

    /// <summary>Sends a query.</summary>
    /// <param name="name">QNAME, written out.</param>
    /// <param name="type">QTYPE.</param>
    /// <param name="hasEdns">Whether OPT tells that large answers are taken.</param>
    /// <param name="isStream">Whether the answer may be larger than UDP takes.</param>
    /// <param name="context">Comes back with the answer.</param>
    /// <param name="ticket">Comes back with the answer.</param>
    /// <returns>What <see cref="Cancel"/> takes; -1 when it could not leave.</returns>
    public int Send(ReadOnlySpan<byte> name, DnsType type, bool hasEdns, bool isStream, object context, long ticket)
    {
        lock (_gate)
        {
            if (_isDisposed) return -1;
            int channel = Choose(isStream);
            int key;
            do key = (channel << 16) | NextId();
            while (_pending.ContainsKey(key));
            var writer = new DnsMessageWriter(_query, new DnsHeader(HasNoIdentifiers ? (ushort)0 : (ushort)key, DnsFlags.RecursionDesired));
            writer.TryWriteQuestion(name, type);
            if (hasEdns || isStream) writer.TryWriteEdns(new DnsEdns(EdnsSize));
            int length = writer.Finish();
            byte[] kept = ArrayPool<byte>.Shared.Rent(name.Length);
            name.CopyTo(kept);
            _pending.Add(key, new Pending(kept, name.Length, type, context, ticket));
            Dispatch(channel, key, _query.AsSpan(0, length));
            return key;
        }
    }

    /// <summary>An answer is waited for no more.</summary>
    public void Cancel(int key)
    {
        lock (_gate)
        {
            if (!_pending.Remove(key, out Pending pending)) return;
            ArrayPool<byte>.Shared.Return(pending.Name);
            Settled(key >> 16);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>The channel of the next query. Under the gate.</summary>
    protected abstract int Choose(bool isStream);

    /// <summary>Has a query leave, as if it was lost where it cannot. Under the gate: must not wait.</summary>
    protected abstract void Dispatch(int channel, int key, ReadOnlySpan<byte> query);

    /// <summary>A query of a channel was answered, or given up. Under the gate.</summary>
    protected virtual void Settled(int channel)
    {
    }

    protected abstract ValueTask CloseAsync();

    /// <summary>Something came by a channel whose messages have identifiers.</summary>
    protected void Take(ReadOnlySpan<byte> octets, int channel, bool isStream)
    {
        if (DnsMessage.TryDecode(octets, out DnsMessage message) == DecodeStatus.Ok) Take(message, (channel << 16) | message.Header.Id, isStream);
    }

    /// <summary>Something came as the answer to one query.</summary>
    protected void TakeAnswer(ReadOnlySpan<byte> octets, int key, bool isStream)
    {
        if (DnsMessage.TryDecode(octets, out DnsMessage message) == DecodeStatus.Ok && message.Header.Id == 0) Take(message, key, isStream);
    }

    protected void Broke(bool isStream) => sink.OnBroken(this, isStream);

    private void Take(in DnsMessage message, int key, bool isStream)
    {
        if (!message.Header.IsResponse) return;
        Pending pending;
        lock (_gate)
        {
            if (!_pending.TryGetValue(key, out pending)) return;
            // FORMERR and the like may come without the question.
            if (message.Header.QuestionCount == 1)
            {
                DnsQuestion question = message.Question;
                if (question.Type != pending.Type || question.Name.IsCompressed || !DnsNameOctets.AreEqual(question.Name.Octets, pending.Name.AsSpan(0, pending.NameLength))) return;
            }
            else if (message.Header.ResponseCode == DnsResponseCode.NoError)
            {
                return;
            }

            _pending.Remove(key);
            ArrayPool<byte>.Shared.Return(pending.Name);
            Settled(key >> 16);
        }

        sink.OnAnswer(pending.Context, pending.Ticket, message, isStream);
    }

    private ushort NextId()
    {
        if (_randomUsed >= _random.Length - 1)
        {
            RandomNumberGenerator.Fill(_random);
            _randomUsed = 0;
        }

        _randomUsed += 2;
        return (ushort)(_random[_randomUsed - 2] | (_random[_randomUsed - 1] << 8));
    }

    private readonly record struct Pending(byte[] Name, int NameLength, DnsType Type, object Context, long Ticket);
}

using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Adit.Wire;
using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>Queries to one resolver and the answers to them, by UDP from several random ports and by one TCP connection. Safe for several threads.</summary>
/// <remarks>
/// An answer counts when it comes from the resolver's address to the port of its query (the sockets are connected), with its identifier and its question (RFC 5452 §9.1), case aside since some resolvers
/// change it. Names carry an authentication tag, so whoever cannot read a query cannot guess it either; whoever can read it is held off by lifeline's tags.
/// </remarks>
internal sealed partial class DnsResolverLink : IAsyncDisposable
{
    /// <summary>Ours: UDP sockets, each with a port that the system chose.</summary>
    private const int Ports = 4;

    private const int Stream = Ports;
    private const int LongestQuery = DnsHeader.Length + DnsName.MaximumLength + 4 + DnsEdns.Length;
    private const ushort EdnsSize = 1232;

    private readonly IDnsAnswerSink _sink;
    private readonly Socket[] _sockets = new Socket[Ports];
    private readonly Dictionary<int, Pending> _pending = [];
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly byte[] _query = new byte[LongestQuery];
    private readonly byte[] _random = new byte[256];
    private int _randomUsed = 256;
    private int _turn;
    private bool _isDisposed;

    /// <summary>Opens the sockets.</summary>
    /// <exception cref="SocketException">There is no way to the address.</exception>
    public DnsResolverLink(IPEndPoint resolver, IDnsAnswerSink sink)
    {
        (Resolver, _sink) = (resolver, sink);
        try
        {
            for (int i = 0; i < Ports; i++)
            {
                _sockets[i] = new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1024 * 1024 };
                _sockets[i].Connect(resolver);
            }
        }
        catch
        {
            foreach (Socket? each in _sockets) each?.Dispose();
            throw;
        }

        for (int i = 0; i < Ports; i++)
        {
            int index = i;
            _ = Task.Run(() => ReceiveAsync(index));
        }
    }

    public IPEndPoint Resolver { get; }

    /// <summary>Sends a query.</summary>
    /// <param name="name">QNAME, written out.</param>
    /// <param name="type">QTYPE.</param>
    /// <param name="hasEdns">Whether OPT tells that large answers are taken.</param>
    /// <param name="isStream">Whether by TCP.</param>
    /// <param name="context">Comes back with the answer.</param>
    /// <param name="ticket">Comes back with the answer.</param>
    /// <returns>What <see cref="Cancel"/> takes; -1 when it could not leave.</returns>
    public int Send(ReadOnlySpan<byte> name, DnsType type, bool hasEdns, bool isStream, object context, long ticket)
    {
        lock (_gate)
        {
            if (_isDisposed) return -1;
            int socket = isStream ? Stream : _turn++ & (Ports - 1);
            int key;
            do key = (socket << 16) | NextId();
            while (_pending.ContainsKey(key));
            var writer = new DnsMessageWriter(_query, new DnsHeader((ushort)key, DnsFlags.RecursionDesired));
            writer.TryWriteQuestion(name, type);
            if (hasEdns || isStream) writer.TryWriteEdns(new DnsEdns(EdnsSize));
            int length = writer.Finish();
            byte[] kept = ArrayPool<byte>.Shared.Rent(name.Length);
            name.CopyTo(kept);
            _pending.Add(key, new Pending(kept, name.Length, type, context, ticket));
            if (isStream)
            {
                SendStream(_query.AsSpan(0, length));
                return key;
            }

            try
            {
                _sockets[socket].Send(_query.AsSpan(0, length), SocketFlags.None);
            }
            catch (SocketException)
            {
                // As if it was lost; a loop that receives hears of a port that is closed.
            }

            return key;
        }
    }

    /// <summary>An answer is waited for no more.</summary>
    public void Cancel(int key)
    {
        lock (_gate)
        {
            if (_pending.Remove(key, out Pending pending)) ArrayPool<byte>.Shared.Return(pending.Name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (Socket each in _sockets) each.Dispose();
        CloseStream();
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

    private async Task ReceiveAsync(int index)
    {
        byte[] room = GC.AllocateArray<byte>(4096, pinned: true);
        while (!_stopping.IsCancellationRequested)
        {
            int length;
            try
            {
                length = await _sockets[index].ReceiveAsync(room.AsMemory(), SocketFlags.None, _stopping.Token).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                _sink.OnBroken(this, false);
                continue;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            Take(room.AsSpan(0, length), index);
        }
    }

    private void Take(ReadOnlySpan<byte> octets, int socket)
    {
        if (DnsMessage.TryDecode(octets, out DnsMessage message) != DecodeStatus.Ok || !message.Header.IsResponse) return;
        Pending pending;
        lock (_gate)
        {
            int key = (socket << 16) | message.Header.Id;
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
        }

        _sink.OnAnswer(pending.Context, pending.Ticket, message, socket == Stream);
    }

    private readonly record struct Pending(byte[] Name, int NameLength, DnsType Type, object Context, long Ticket);
}

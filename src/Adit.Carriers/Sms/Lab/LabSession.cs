using System.Net.Sockets;
using System.Threading.Channels;
using Adit.Wire;
using Adit.Wire.Smpp;

namespace Adit.Carriers.Sms.Lab;

/// <summary>One ESME at a <see cref="LabCentre"/>.</summary>
internal sealed class LabSession(LabCentre centre, Socket socket) : IDisposable
{
    private const int MostWaiting = 4096; // ours: PDUs that the ESME does not read
    private static readonly TimeSpan BindTime = TimeSpan.FromSeconds(30); // ours

    private readonly Channel<byte[]> _sending = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<string> _numbers = [];
    private readonly Lock _gate = new();
    private uint _sequence;
    private double _tokens = 1;
    private long _at;
    private bool _transmits;

    /// <summary>system_id; empty before the bind.</summary>
    public string Number { get; private set; } = "";

    /// <summary>Messages taken from it.</summary>
    public long Submitted { get; set; }

    /// <summary>Whether it takes deliveries.</summary>
    public bool Receives { get; private set; }

    public bool Serves(string number)
    {
        lock (_gate) return _numbers.Any(n => SmsNumbers.AreSame(n, number));
    }

    public void Learn(string number)
    {
        lock (_gate)
        {
            if (_numbers.Count < 16) _numbers.Add(number);
        }
    }

    /// <summary>Whether a message may come now.</summary>
    public bool TryTakeToken()
    {
        if (centre.Options.Throttle <= 0) return true;
        lock (_gate)
        {
            long now = centre.Time.GetTimestamp();
            // A second's worth may come together, as centres count.
            double rate = centre.Options.Throttle * centre.Options.TimeScale;
            _tokens = _at == 0 ? rate : Math.Min(Math.Max(1, rate), _tokens + (centre.Time.GetElapsedTime(_at, now).TotalSeconds * rate));
            _at = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }

    public bool Deliver(byte[] body)
    {
        byte[] pdu = new byte[SmppHeader.HeaderLength + body.Length];
        body.CopyTo(pdu, SmppHeader.HeaderLength);
        SmppPdu.WriteHeader(pdu, SmppCommand.DeliverSm, SmppStatus.Ok, Interlocked.Increment(ref _sequence), body.Length);
        return _sending.Writer.TryWrite(pdu);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using ITimer unbound = centre.Time.CreateTimer(_ => EndUnbound(), null, BindTime, Timeout.InfiniteTimeSpan);
        Task writing = WriteAsync(cancellationToken);
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It is gone.
        }

        centre.Forget(this);
        _sending.Writer.TryComplete();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private void EndUnbound()
    {
        if (Number.Length == 0) socket.Dispose();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        byte[] room = new byte[2 * SmppHeader.MaximumPdu];
        int length = 0;
        while (true)
        {
            int count = await socket.ReceiveAsync(room.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (count == 0) return;
            length += count;
            int at = 0;
            while (true)
            {
                DecodeStatus status = SmppPdu.TryRead(room.AsSpan(at, length - at), out SmppHeader header, out ReadOnlySpan<byte> body);
                if (status == DecodeStatus.Truncated) break;
                if (status != DecodeStatus.Ok || !Take(header, body)) return;
                at += header.Length;
            }

            room.AsSpan(at, length - at).CopyTo(room);
            length -= at;
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await foreach (byte[] pdu in _sending.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) await socket.SendAsync(pdu, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>Whether the connection goes on.</returns>
    private bool Take(in SmppHeader header, ReadOnlySpan<byte> body)
    {
        var response = (SmppCommand)((uint)header.Command | SmppHeader.ResponseBit);
        switch (header.Command)
        {
            case SmppCommand.BindTransceiver or SmppCommand.BindTransmitter or SmppCommand.BindReceiver:
                SmppStatus verdict = Bind(header.Command, body);
                Answer(response, verdict, header.Sequence, "adit-lab");
                return true;
            case SmppCommand.SubmitSm:
                SmppStatus taken = _transmits ? centre.Submit(this, body) : SmppStatus.InvalidBindStatus;
                Answer(response, taken, header.Sequence, taken == SmppStatus.Ok ? header.Sequence.ToString("x", System.Globalization.CultureInfo.InvariantCulture) : "");
                return true;
            case SmppCommand.EnquireLink:
                Answer(response, SmppStatus.Ok, header.Sequence);
                return true;
            case SmppCommand.Unbind:
                Answer(response, SmppStatus.Ok, header.Sequence);
                return true;
            default:
                if (!header.IsResponse) Answer(SmppCommand.GenericNack, SmppStatus.InvalidCommand, header.Sequence);
                return true;
        }
    }

    private SmppStatus Bind(SmppCommand command, ReadOnlySpan<byte> body)
    {
        if (Number.Length > 0) return SmppStatus.AlreadyBound;
        if (SmppBind.TryDecode(body, out SmppBind bind, out _) != DecodeStatus.Ok || bind.SystemId is not { Length: > 0 } system) return SmppStatus.BindFailed;
        if (centre.Options.Passwords.Count > 0)
        {
            if (!centre.Options.Passwords.TryGetValue(system, out string? password)) return SmppStatus.InvalidSystemId;
            if (password != bind.Password) return SmppStatus.InvalidPassword;
        }

        (_transmits, Receives) = (command != SmppCommand.BindReceiver, command != SmppCommand.BindTransmitter);
        Number = system;
        Learn(system);
        centre.Join(this);
        return SmppStatus.Ok;
    }

    private void Answer(SmppCommand command, SmppStatus status, uint sequence, string? text = null)
    {
        byte[] room = new byte[SmppHeader.HeaderLength + 64];
        int length = text is null ? SmppPdu.WriteHeader(room, command, status, sequence) : SmppPdu.WriteText(room, command, status, sequence, text);
        _sending.Writer.TryWrite(room[..length]);
    }
}

using System.Globalization;
using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.Descriptors;
using Adit.Wire;
using Adit.Wire.Sms;

namespace Adit.Carriers.Sms.Modem;

/// <summary>
/// A GSM modem by AT commands in PDU mode (3GPP TS 27.007, 27.005). Theory of operation: one command at a time; what the modem says by itself (<c>+CMT</c> and the PDU in the line after it, <c>+CMTI</c>) is picked out wherever it comes,
/// also between a command and its answer. Messages that wait in its storage are fetched and deleted at the start, whenever it names one, and now and then. A message that the network has no room for now is tried again, after a pause, before any other.
/// After an answer that did not come the dialogue is brought into step again, so that one that comes late is nobody's; a modem that leaves several commands in a row without one is given up.
/// </summary>
public sealed class ModemLink : ISmsLink
{
    private const int MostReceived = 1024; // ours: the oldest go first
    private const int MostSilences = 3; // ours: commands in a row without an answer

    // What the modem asks for, beside the places of messages.
    private const int Acknowledge = -1, Tend = -2;

    // Ours: an acknowledgement that came too late makes a modem deaf, as a reset does, and neither is told.
    private static readonly TimeSpan TendTime = TimeSpan.FromMinutes(5);

    private readonly ModemOptions _options;
    private readonly DuplexStream _line;
    private readonly DeviceLock? _lock;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly SmsPacer _pacer;
    private readonly AtLines _lines = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Channel<string> _answers = Channel.CreateBounded<string>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Channel<SmsArrival> _received = Channel.CreateBounded<SmsArrival>(new BoundedChannelOptions(MostReceived) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly Channel<int> _chores = Channel.CreateBounded<int>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private Task _reading = Task.CompletedTask;
    private Task _working = Task.CompletedTask;
    private ITimer? _tending;
    private volatile TunnelException? _failure;
    private int _silences;
    private bool _pduFollows;
    private bool _acknowledges;
    private bool _discards;
    private int _disposed;

    private ModemLink(ModemOptions options, DuplexStream line, DeviceLock? held, TimeProvider time)
    {
        (_options, _line, _lock, _time, _origin) = (options, line, held, time, time.GetTimestamp());
        _pacer = new SmsPacer(options.Carrier.Rate, 1, options.Carrier.TimeScale);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public ChannelReader<SmsArrival> Received => _received.Reader;

    /// <summary>Locks and opens the line, and sets the modem up.</summary>
    /// <exception cref="TunnelException">The line cannot be used, another program has it, or no modem answers.</exception>
    public static async Task<ModemLink> OpenAsync(ModemOptions options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        DeviceLock? held = DeviceLock.Take(options.Device, options.LockFolder, options.Name);
        DuplexStream line;
        try
        {
            PolledDescriptor descriptor = SerialPort.Open(options.Device, options.BitsPerSecond);
            line = new PolledStream(descriptor, descriptor, options.Name);
        }
        catch (DescriptorException e)
        {
            held?.Dispose();
            throw new TunnelException(TunnelError.Unreachable, $"{options.Name}: {e.Message}", options.Name, e);
        }

        return await OpenAsync(options, line, held, time ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets up the modem on a line.</summary>
    internal static Task<ModemLink> OpenAsync(ModemOptions options, DuplexStream line, DeviceLock? held, TimeProvider time, CancellationToken cancellationToken) =>
        LinkOpening.CompleteAsync(new ModemLink(options, line, held, time), async opened =>
        {
            opened._reading = Task.Run(opened.ReadAsync, CancellationToken.None);
            await opened.SetUpAsync(cancellationToken).ConfigureAwait(false);
            opened._working = Task.Run(opened.WorkAsync, CancellationToken.None);
            opened._tending = time.CreateTimer(static link => ((ModemLink)link!)._chores.Writer.TryWrite(Tend), opened, TendTime, TendTime);
        });

    /// <inheritdoc/>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            long wait;
            lock (_pacer) wait = _pacer.Wait(Now);
            if (_failure is { } failure) throw new TunnelException(failure.Error, failure.Message, failure.Hop, failure);
            if (_reading.IsCompleted) throw Failed(TunnelError.ConnectionLost, "the line has ended");
            if (wait == 0) return;
            await Task.Delay(TimeSpan.FromMicroseconds(Math.Min(wait, 1_000_000)), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(string number, ReadOnlyMemory<byte> datagram, SmsForm form, CancellationToken cancellationToken = default)
    {
        if (!SmsNumber.TryParse(number, out SmsNumber to)) throw Failed(TunnelError.BadConfiguration, $"to: expected a number, got '{number}'");
        string pdu = Submit(to, datagram.Span, form, out int length);
        while (true)
        {
            await WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            _options.Carrier.Budget?.Take(Name);
            lock (_pacer) _pacer.Sent(Now);
            AtResult result;
            bool handedOver = false;
            try
            {
                await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    result = await AskAsync(string.Create(CultureInfo.InvariantCulture, $"AT+CMGS={length}\r"), _options.Patience, cancellationToken, wantsPrompt: true).ConfigureAwait(false);
                    handedOver = result.Final == AtLines.Prompt;
                    if (handedOver) result = await AskAsync($"{pdu}\u001a", _options.NetworkPatience, cancellationToken).ConfigureAwait(false);
                    // Also after an error in the prompt's place, which may be a late word: else a prompt would take the next command for a message.
                    if (!handedOver || result.IsTimeout) await ResynchronizeAsync(cancellationToken).ConfigureAwait(false);
                    if (!handedOver) ThrowIfSilent();
                }
                finally
                {
                    _turn.Release();
                }
            }
            catch
            {
                lock (_pacer) _pacer.Answered(taken: false);
                if (!handedOver) _options.Carrier.Budget?.Return();
                throw;
            }

            // 3GPP TS 27.005 §3.2.5, TS 24.011: no circuit, network out of order, temporary failure, congestion, resources; no network service, network timeout; 512 and above: the maker's, mostly busy.
            bool busy = result.MessageError is 34 or 38 or 41 or 42 or 47 or 331 or 332 or 512 or 515;
            bool taken = handedOver && result.IsOk;
            lock (_pacer)
            {
                if (busy) _pacer.Throttled(Now);
                else _pacer.Answered(taken);
            }

            if (taken || (handedOver && result.IsTimeout)) return; // unknown: perhaps sent
            _options.Carrier.Budget?.Return();
            if (busy) continue;
            // Unassigned number, operator or call barred, unidentified or unknown subscriber.
            if (result.MessageError is 1 or 8 or 10 or 28 or 30) _received.Writer.TryWrite(new SmsArrival(number, [], SmsForm.Octets, Failed(TunnelError.Unreachable, $"to {number}: expected a number that the network knows, got {result.Final}")));
            return;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_tending is not null) await _tending.DisposeAsync().ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_reading, _working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _line.DisposeAsync().ConfigureAwait(false);
        _received.Writer.TryComplete();
        _lock?.Dispose();
        _stopping.Dispose();
    }

    private long Now => (long)_time.GetElapsedTime(_origin).TotalMicroseconds;

    private async Task SetUpAsync(CancellationToken cancellationToken)
    {
        AtResult echo = new("", []);
        for (int attempt = 0; attempt < 3 && !echo.IsOk; attempt++)
        {
            await ResynchronizeAsync(cancellationToken).ConfigureAwait(false); // whatever stood in the line before
            echo = await CommandAsync("ATE0", _options.Patience, cancellationToken).ConfigureAwait(false);
        }

        if (!echo.IsOk) throw Failed(TunnelError.TimedOut, $"{_options.Device}: expected a modem that answers ATE0, got {echo.Final}");
        await CommandAsync("AT+CMEE=1", _options.Patience, cancellationToken).ConfigureAwait(false);
        AtResult pin = await CommandAsync("AT+CPIN?", _options.Patience, cancellationToken).ConfigureAwait(false);
        if (pin.Lines.FirstOrDefault(l => l.StartsWith("+CPIN:", StringComparison.Ordinal)) is { } state && !state.Contains("READY", StringComparison.Ordinal))
            throw Failed(TunnelError.PermissionDenied, $"SIM: expected READY, got {state[6..].Trim()}; unlock it with another program first");
        _acknowledges = (await CommandAsync("AT+CSMS=1", _options.Patience, cancellationToken).ConfigureAwait(false)).IsOk;
        if (!(await CommandAsync("AT+CMGF=0", _options.Patience, cancellationToken).ConfigureAwait(false)).IsOk) throw Failed(TunnelError.NotSupported, "expected a modem with PDU mode (AT+CMGF=0), got an error");
        await CommandAsync("AT+CMMS=2", _options.Patience, cancellationToken).ConfigureAwait(false); // keeps the radio link between messages, where it can
        if (!await ListenAsync(cancellationToken).ConfigureAwait(false)) throw Failed(TunnelError.NotSupported, "expected a modem that tells of messages (AT+CNMI), got an error");
        await SweepAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the modem tell of messages: at best hand them over, else name their place.</summary>
    private async Task<bool> ListenAsync(CancellationToken cancellationToken) =>
        (await CommandAsync("AT+CNMI=2,2,0,0,0", _options.Patience, cancellationToken).ConfigureAwait(false)).IsOk
        || (await CommandAsync("AT+CNMI=2,1,0,0,0", _options.Patience, cancellationToken).ConfigureAwait(false)).IsOk;

    /// <summary>Fetches and deletes what is in the storage.</summary>
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        AtResult list = await CommandAsync("AT+CMGL=4", _options.NetworkPatience, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i + 1 < list.Lines.Count; i++)
        {
            if (!list.Lines[i].StartsWith("+CMGL:", StringComparison.Ordinal)) continue;
            string index = list.Lines[i][6..].Split(',')[0].Trim();
            Take(list.Lines[i + 1]);
            if (int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out int at)) await DeleteAsync(at, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task DeleteAsync(int index, CancellationToken cancellationToken) =>
        await CommandAsync(string.Create(CultureInfo.InvariantCulture, $"AT+CMGD={index}"), _options.Patience, cancellationToken).ConfigureAwait(false);

    private string Submit(SmsNumber to, ReadOnlySpan<byte> datagram, SmsForm form, out int length)
    {
        Span<byte> text = stackalloc byte[SmsText.MostCharacters];
        int count = SmsFraming.Encode(datagram, form, _options.Carrier.Port, text, out bool hasHeader);
        Span<byte> packed = stackalloc byte[SmsText.MostCharacters];
        // The 64 characters have the same places in ASCII and in the default alphabet.
        int octets = form == SmsForm.Text ? Gsm7.Pack(text[..count], packed) : count;
        var submit = new SmsSubmit
        {
            Destination = to,
            Coding = form == SmsForm.Text ? SmsCoding.Gsm7 : SmsCoding.Octets,
            Validity = SmsValidity.Encode(_options.Carrier.Validity),
            HasHeader = hasHeader,
            UserDataLength = count,
            UserData = form == SmsForm.Text ? packed[..octets] : text[..count],
        };
        Span<byte> room = stackalloc byte[1 + submit.EncodedLength];
        room[0] = 0; // no service centre: the SIM's
        length = submit.Encode(room[1..]);
        return Convert.ToHexString(room);
    }

    private async Task<AtResult> CommandAsync(string command, TimeSpan patience, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            AtResult result = await AskAsync(command + "\r", patience, cancellationToken).ConfigureAwait(false);
            if (!result.IsTimeout) return result;
            await ResynchronizeAsync(cancellationToken).ConfigureAwait(false);
            ThrowIfSilent();
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Brings the dialogue into step again. With the turn held.</summary>
    private async Task ResynchronizeAsync(CancellationToken cancellationToken)
    {
        // 3GPP TS 27.005 §4.3: ESC gives up what stands at a prompt.
        using var late = new CancellationTokenSource(_options.Patience, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token, late.Token);
        try
        {
            await WriteAsync("\u001b\r", limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return; // the line takes nothing; whoever asks next has no answer either
        }

        await Task.Delay(TimeSpan.FromMilliseconds(200), _time, cancellationToken).ConfigureAwait(false); // so that its answer is not taken for the next
        Drain();
    }

    private void Drain()
    {
        while (_answers.Reader.TryRead(out _))
        {
            // Late words of the command before.
        }
    }

    /// <summary>Ends the link when the modem has left several commands in a row without an answer.</summary>
    private void ThrowIfSilent()
    {
        if (Volatile.Read(ref _silences) < MostSilences) return;
        _failure ??= Failed(TunnelError.TimedOut, $"{_options.Device}: expected a modem that answers, got nothing to {MostSilences} commands");
        _received.Writer.TryComplete(_failure);
        throw _failure;
    }

    private async Task<AtResult> AskAsync(string text, TimeSpan patience, CancellationToken cancellationToken, bool wantsPrompt = false)
    {
        Drain();
        var lines = new List<string>();
        using var late = new CancellationTokenSource(patience, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token, late.Token);
        try
        {
            await WriteAsync(text, limit.Token).ConfigureAwait(false);
            while (true)
            {
                string line = await _answers.Reader.ReadAsync(limit.Token).ConfigureAwait(false);
                if (AtResult.IsFinal(line) && !(wantsPrompt && line == "OK")) // that is a command's before
                {
                    Volatile.Write(ref _silences, 0);
                    return new AtResult(line, lines);
                }

                if (lines.Count < 2048) lines.Add(line);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && !_stopping.IsCancellationRequested)
        {
            // The network may be silent for other reasons than the modem.
            if (patience <= _options.Patience) Interlocked.Increment(ref _silences);
            return new AtResult("", lines);
        }
        catch (ChannelClosedException e)
        {
            throw Failed(TunnelError.ConnectionLost, e.InnerException?.Message ?? "the line has ended");
        }
    }

    private async Task WriteAsync(string text, CancellationToken cancellationToken) => await _line.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), cancellationToken).ConfigureAwait(false);

    private async Task ReadAsync()
    {
        byte[] room = new byte[2048];
        var lines = new List<string>();
        Exception? reason = null;
        try
        {
            while (await _line.ReadAsync(room, _stopping.Token).ConfigureAwait(false) is > 0 and var count)
            {
                lines.Clear();
                _lines.Receive(room.AsSpan(0, count), lines);
                foreach (string line in lines) TakeLine(line);
            }
        }
        catch (Exception e)
        {
            reason = e;
        }

        _answers.Writer.TryComplete(reason);
        _chores.Writer.TryComplete();
        _received.Writer.TryComplete(_stopping.IsCancellationRequested ? null : Failed(TunnelError.ConnectionLost, reason?.Message ?? "the line has ended"));
    }

    private void TakeLine(string line)
    {
        if (_pduFollows)
        {
            _pduFollows = false;
            if (!_discards) Take(line);
            if (_acknowledges) _chores.Writer.TryWrite(Acknowledge); // §3.4.4: else the network sends it again
        }
        else if (line.StartsWith("+CMT:", StringComparison.Ordinal) || line.StartsWith("+CDS:", StringComparison.Ordinal))
        {
            (_pduFollows, _discards) = (true, line[2] == 'D');
        }
        else if (line.StartsWith("+CMTI:", StringComparison.Ordinal))
        {
            if (int.TryParse(line[(line.LastIndexOf(',') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int index)) _chores.Writer.TryWrite(index);
        }
        else if (line is "RING" or "NO CARRIER" || line.StartsWith("+CREG:", StringComparison.Ordinal) || line.StartsWith('^'))
        {
            // Nobody asked.
        }
        else
        {
            _answers.Writer.TryWrite(line);
        }
    }

    /// <summary>What the modem's own words ask for: acknowledgements, and messages to fetch; and now and then to look after it.</summary>
    private async Task WorkAsync()
    {
        try
        {
            await foreach (int chore in _chores.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (chore < 0)
                {
                    // §3.4.4: a modem whose message is not acknowledged in time, or not as it expects, hands over none any more until it is told to again.
                    if (chore == Acknowledge && (await CommandAsync("AT+CNMA", _options.Patience, _stopping.Token).ConfigureAwait(false)).IsOk) continue;
                    await ListenAsync(_stopping.Token).ConfigureAwait(false);
                    await SweepAsync(_stopping.Token).ConfigureAwait(false);
                    continue;
                }

                AtResult message = await CommandAsync(string.Create(CultureInfo.InvariantCulture, $"AT+CMGR={chore}"), _options.Patience, _stopping.Token).ConfigureAwait(false);
                if (message.Lines.Count < 2) continue; // nothing there, or no answer: what is there is found by the next sweep
                Take(message.Lines[^1]);
                await DeleteAsync(chore, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or TunnelException)
        {
            // The reading loop says why.
        }
    }

    /// <summary>A PDU in hexadecimal: <c>length of the service centre's address 1 | it | SMS-DELIVER</c>. What is none is nothing.</summary>
    private void Take(string hex)
    {
        if (hex.Length % 2 != 0 || hex.Length > AtLines.MostLine || !hex.All(char.IsAsciiHexDigit)) return;
        byte[] octets = Convert.FromHexString(hex);
        if (octets.Length < 1 || octets.Length < 1 + octets[0]) return;
        if (SmsDeliver.TryDecode(octets.AsSpan(1 + octets[0]), out SmsDeliver deliver) != DecodeStatus.Ok) return;
        SmsAlphabet? alphabet = SmsCoding.AlphabetOf(deliver.Coding);
        byte[] septets = new byte[SmsText.MostCharacters];
        ReadOnlySpan<byte> text = deliver.UserData;
        if (alphabet == SmsAlphabet.Gsm7)
        {
            if (deliver.HasHeader) return; // no form of ours
            text = septets.AsSpan(0, Gsm7.Unpack(deliver.UserData, septets.AsSpan(0, Math.Min(septets.Length, deliver.UserDataLength))));
        }

        string from = deliver.Originator.ToString();
        if (!SmsNumber.TryParse(from, out _)) return; // whom nothing can be sent to is no peer
        if (SmsFraming.TryDecode(text, deliver.HasHeader, alphabet == SmsAlphabet.Ucs2, out SmsForm form) is { } datagram) _received.Writer.TryWrite(new SmsArrival(from, datagram, form));
    }

    private TunnelException Failed(TunnelError error, string why) => new(error, $"{Name}: modem: {why}", Name);
}

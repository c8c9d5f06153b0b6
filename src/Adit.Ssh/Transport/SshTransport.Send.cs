using Adit.Core;
using Adit.Platform.Compression;
using Adit.Platform.EventLoops;
using Adit.Ssh.Ciphers;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Transport;

/// <summary>The send loop.</summary>
internal sealed partial class SshTransport
{
    private const string DelayedZlib = "zlib@openssh.com";

    /// <summary>Ours: room that a packet of 32 KiB and its framing needs; with less left the batch is written.</summary>
    private const int BatchReserve = 36 * 1024;

    /// <summary>Ours: after this many batches without a pause a loop leaves the thread it was woken on to others; about a millisecond.</summary>
    private const int BatchesBeforeYield = 4;

    /// <summary>Ours: octets that may wait in the kernel; less costs throughput, more costs the time of a keystroke.</summary>
    private const int UnsentLimit = 128 * 1024;

    private bool _gateShut;
    private bool _mayCompress;
    private volatile bool _compressFromNow;
    private volatile bool _authenticated;
    private byte[]? _disconnect;
    private long _sentOctets;

    private string OutgoingCompression => _isClient ? Negotiated.CompressionClientToServer : Negotiated.CompressionServerToClient;

    private string IncomingCompression => _isClient ? Negotiated.CompressionServerToClient : Negotiated.CompressionClientToServer;

    private async Task SendLoopAsync()
    {
        int batches = 0;
        try
        {
            while (true)
            {
                bool last = FillBatch();
                if (_writer.Sealed.Length > 0)
                {
                    await _stream.WriteAsync(_writer.Sealed, _stop.Token).ConfigureAwait(false);
                    _sentOctets += _writer.Sealed.Length;
                    _writer.Clear();
                    if (!_gateShut) CheckRekey(_writer.OctetsSinceKeys, _writer.PacketsSinceKeys, outgoing: true);
                    if (!last && ++batches >= BatchesBeforeYield)
                    {
                        batches = 0;
                        await EventLoop.Yield();
                    }
                }
                else if (!last)
                {
                    _writer.Release();
                    batches = 0;
                    await _wakeup.WaitAsync().ConfigureAwait(false);
                }

                if (last) break;
            }

            // The peer reads SSH_MSG_DISCONNECT and then the end of the stream.
            await _stream.CompleteWritesAsync(_stop.Token).ConfigureAwait(false);
            _stop.CancelAfter(TimeSpan.FromMilliseconds(500));
        }
        catch (Exception e) when (e is TunnelException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            _failure ??= e;
            Stop();
        }
        catch (Exception e)
        {
            LogUnexpected(_logger, e);
            _failure ??= e;
            Stop();
        }
    }

    /// <summary>Seals what is to be sent now.</summary>
    /// <returns>Whether nothing more may follow.</returns>
    private bool FillBatch()
    {
        _writer.RekeyAt = (_isClient ? _authenticated : _successSealed) ? RekeyOctets(outgoing: true) : long.MaxValue;
        SealKeyExchange();
        if (_writer.IsDue && !_gateShut)
        {
            // Put off perhaps while the peer had not finished the exchange before. With the gate shut our own new keys are still to come.
            StartKeyExchange();
            SealKeyExchange();
        }

        if (Volatile.Read(ref _closing) != 0)
        {
            // What was queued before (a failure message, a last reply) still goes out first.
            if (!_gateShut) DrainControl();
            if (_disconnect is not null) SealControl(_disconnect);
            return true;
        }

        if (_gateShut) return false;
        if (DrainControl() && _authenticated && !_gateShut) _handler.FillData(_writer);
        return false;
    }

    private void SealKeyExchange()
    {
        while (_writer.Space >= BatchReserve && _kexMessages.TryPeek(out ReadOnlySpan<byte> message))
        {
            SealControl(message);
            _kexMessages.Advance();
        }
    }

    /// <summary>Seals the control messages that are queued. Send loop.</summary>
    /// <returns>Whether none is left and there is room for data.</returns>
    internal bool DrainControl()
    {
        while (_writer.Room >= BatchReserve)
        {
            if (!_control.TryPeek(out ReadOnlySpan<byte> message)) return true;
            SealControl(message);
            _control.Advance();
        }

        return false;
    }

    private void SealControl(ReadOnlySpan<byte> message)
    {
        if (_compressFromNow)
        {
            _compressFromNow = false;
            _mayCompress = true;
            if (OutgoingCompression == DelayedZlib) _writer.Compressor ??= new ZlibStreamCodec(compress: true);
        }

        message.CopyTo(_writer.Payload);
        _writer.Seal(message.Length);
        switch ((MessageNumber)message[0])
        {
            case MessageNumber.KexInit:
                _gateShut = true;
                break;
            case MessageNumber.NewKeys:
                if (_outgoingCiphers.TryDequeue(out PacketCipher? next)) _writer.ChangeCipher(next);
                if (_kex.IsStrict) _writer.Sequence = 0;
                _writer.Compressor?.Dispose();
                _writer.Compressor = _mayCompress && OutgoingCompression == DelayedZlib ? new ZlibStreamCodec(compress: true) : null;
                _gateShut = false;
                break;
            case MessageNumber.UserauthSuccess:
                _compressFromNow = true;
                bool wanted;
                lock (_kexLock) (_successSealed, wanted) = (true, _rekeyWanted);
                if (wanted) StartKeyExchange();
                break;
        }
    }
}

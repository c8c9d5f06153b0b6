using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Wire.Sms;

namespace Adit.Carriers.Sms;

/// <summary>A client's end: messages to and from one number. What others send is dropped. Owns its link.</summary>
/// <param name="link">The link; owned.</param>
/// <param name="number">The gateway's number.</param>
/// <param name="options">How.</param>
/// <param name="time">The clock.</param>
public sealed class SmsMailbox(ISmsLink link, string number, SmsCarrierOptions options, TimeProvider time) : IMailbox
{
    /// <summary>Ours: before the peer has answered, each third message goes as text.</summary>
    private const int TextEach = 3;

    /// <summary>Ours: after a pause, how long a message waits for more to share it. Nothing beside the minutes that a message may take.</summary>
    internal static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(25);

    private SmsForm _form = options.Form;
    private long _lastSent;
    private int _sent;

    /// <inheritdoc/>
    public string Name => link.Name;

    /// <inheritdoc/>
    public LifelineProfile Profile { get; } = options.Profile;

    /// <inheritdoc/>
    public int SendLimit => _form == SmsForm.Octets ? options.MostOctets : Math.Min(options.MostOctets, SmsText.MostOctets);

    /// <inheritdoc/>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default)
    {
        if (_lastSent == 0 || time.GetElapsedTime(_lastSent) > 2 * GatherTime) await Task.Delay(GatherTime, time, cancellationToken).ConfigureAwait(false);
        await link.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        SmsForm form = _form != SmsForm.Auto ? _form : ++_sent % TextEach == 0 ? SmsForm.Text : SmsForm.Octets;
        if (message.Length > SmsText.MostOctets) form = SmsForm.Octets; // written before the peer was heard to write text
        await link.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
        await link.SendAsync(number, message, form, cancellationToken).ConfigureAwait(false);
        _lastSent = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            SmsArrival arrival;
            try
            {
                arrival = await link.Received.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ChannelClosedException e)
            {
                return e.InnerException is TunnelException reason ? throw new TunnelException(reason.Error, reason.Message, reason.Hop, reason) : 0;
            }

            if (!SmsNumbers.AreSame(arrival.Number, number)) continue;
            if (arrival.Refusal is { } refusal) throw refusal;
            if (options.Form == SmsForm.Auto) _form = arrival.Form;
            arrival.Datagram.CopyTo(room);
            return arrival.Datagram.Length;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => link.DisposeAsync();
}

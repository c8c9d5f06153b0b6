using System.Threading.Channels;

namespace Adit.Carriers.Sms;

/// <summary>A way to send and receive messages: a message centre's connection, or a modem. One sender at a time; owned by whoever opened it.</summary>
public interface ISmsLink : IAsyncDisposable
{
    /// <summary>For messages and reports.</summary>
    string Name { get; }

    /// <summary>What arrives; completes when the link has ended, with the reason (<see cref="Core.TunnelException"/>) where there is one. Bounded: what nobody takes is dropped, oldest first.</summary>
    ChannelReader<SmsArrival> Received { get; }

    /// <summary>Waits until the centre takes another message by pace and window.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Core.TunnelException">The link has ended, or the budget is spent.</exception>
    ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default);

    /// <summary>Hands a message over; completes before the centre has answered, or, with a modem, once it has.</summary>
    /// <param name="number">Who it is to.</param>
    /// <param name="datagram">What to send.</param>
    /// <param name="form">How: <see cref="SmsForm.Octets"/> or <see cref="SmsForm.Text"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Core.TunnelException">The link has ended, or the budget is spent.</exception>
    ValueTask SendAsync(string number, ReadOnlyMemory<byte> datagram, SmsForm form, CancellationToken cancellationToken = default);
}

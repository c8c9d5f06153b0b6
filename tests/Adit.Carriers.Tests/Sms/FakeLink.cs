using System.Threading.Channels;
using Adit.Carriers.Sms;
using Adit.Core;

namespace Adit.Carriers.Tests.Sms;

/// <summary>A link that keeps what is sent, and delivers what it is given.</summary>
internal sealed class FakeLink : ISmsLink
{
    public const string Unanswerable = "a name";
    private readonly Channel<SmsArrival> _received = Channel.CreateUnbounded<SmsArrival>();
    private readonly Channel<(string Number, byte[] Datagram, SmsForm Form)> _sent = Channel.CreateUnbounded<(string Number, byte[] Datagram, SmsForm Form)>();

    public string Name => "fake";

    public bool IsDisposed { get; private set; }

    public ChannelReader<SmsArrival> Received => _received.Reader;

    public ChannelWriter<SmsArrival> Arriving => _received.Writer;

    public ChannelReader<(string Number, byte[] Datagram, SmsForm Form)> Sent => _sent.Reader;

    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public ValueTask SendAsync(string number, ReadOnlyMemory<byte> datagram, SmsForm form, CancellationToken cancellationToken = default)
    {
        if (number == Unanswerable) throw new TunnelException(TunnelError.BadConfiguration, $"fake: to: expected a number, got '{number}'", Name);
        _sent.Writer.TryWrite((number, datagram.ToArray(), form));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}

using System.Net.Sockets;
using Adit.Core.Links;
using Adit.Wire.Gre;
using Adit.Wire.Ip;

namespace Adit.Links.Gre;

/// <content>Cisco's keepalives, asked and answered: see <see cref="GreKeepalive"/>.</content>
public sealed partial class GreLink
{
    private const byte InternetworkControl = 0xc0; // as Cisco marks them

    private Ipv4Address _local;
    private Ipv4Address _remote;
    private bool _knowsKeepalives;
    private ITimer? _timer;
    private int _unanswered;
    private int _state;

    /// <summary>What keepalives say of the far end.</summary>
    public KeepaliveState Keepalives => (KeepaliveState)Volatile.Read(ref _state);

    private void StartKeepalives()
    {
        _knowsKeepalives = _options.Medium == Medium.Ip && Delivery.Local.AddressFamily == AddressFamily.InterNetwork && Delivery.Remotes.Count > 0;
        if (_knowsKeepalives)
        {
            _local = Ipv4Address.From(Delivery.Local.Address);
            _remote = Ipv4Address.From(Delivery.Remotes[0].Address);
            _knowsKeepalives = !_local.IsUnspecified;
        }

        if (_options.KeepaliveInterval is not { } interval) return;
        if (!_knowsKeepalives) throw new ArgumentException("gre: keepalive: expected IP inside, and IPv4 outside with a local address");
        if (interval <= TimeSpan.Zero || _options.KeepaliveRetries < 1) throw new ArgumentException($"gre: keepalive: expected a positive interval and at least one retry, got {interval} and {_options.KeepaliveRetries}");
        _state = (int)KeepaliveState.Unknown;
        _timer = Time.CreateTimer(static link => ((GreLink)link!).Ask(), this, TimeSpan.Zero, interval);
    }

    private void Ask()
    {
        if (Interlocked.Increment(ref _unanswered) > _options.KeepaliveRetries) Volatile.Write(ref _state, (int)KeepaliveState.Dead);
        Span<byte> question = stackalloc byte[GreKeepalive.MaximumLength];
        int length = GreKeepalive.WriteRequest(question, _local, _remote, _options.Key);
        SendControl(question[..length], isPacket: true, InternetworkControl);
    }

    private DropReason ReceiveAnswer(GrePacket answer)
    {
        if (!IsIntact(answer)) return DropReason.BadChecksum;
        if (_timer is null) return DropReason.Unsupported; // nobody asked
        Volatile.Write(ref _unanswered, 0);
        Volatile.Write(ref _state, (int)KeepaliveState.Alive);
        return DropReason.Consumed;
    }

    private bool IsQuestion(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> answer)
    {
        answer = default;
        return _knowsKeepalives && payload.Length is >= 24 and <= GreKeepalive.MaximumLength && GreKeepalive.TryDecodeRequest(payload, _local, _remote, out answer);
    }

    private DropReason Answer(ReadOnlySpan<byte> answer)
    {
        SendControl(answer, isPacket: false, InternetworkControl);
        return DropReason.Consumed;
    }
}

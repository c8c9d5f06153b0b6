using Adit.Core;

namespace Adit.Carriers.Mqtt;

/// <content>What leaves.</content>
public sealed partial class MqttListener
{
    private readonly Lock _readyGate = new();
    private readonly Queue<MqttPath> _ready = [];
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>A path may have something to say. Called under a session's lock.</summary>
    internal void Ready(MqttPath path)
    {
        lock (_readyGate)
        {
            if (path.IsReady) return;
            path.IsReady = true;
            _ready.Enqueue(path);
            if (_wake.CurrentCount == 0) _wake.Release();
        }
    }

    private void WakeSender()
    {
        lock (_readyGate)
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
    }

    /// <summary>A path's session or the path itself has ended.</summary>
    internal void Forget(MqttPath path)
    {
        MqttConnection? connection;
        lock (_gate)
        {
            _byEndpoint.Remove(path.Endpoint);
            if (_paths.GetValueOrDefault(path.Id) == path) _paths.Remove(path.Id);
            connection = _connection;
            path.Unbind(_options.Prefix);
        }

        if (connection is not null) _ = FlushQuietlyAsync(connection).AsTask();
    }

    private void WakeAll()
    {
        MqttPath[] paths;
        lock (_gate) paths = [.. _paths.Values];
        foreach (MqttPath path in paths) path.Wake();
    }

    /// <summary>Paths in turn, a message each; what has gathered leaves when nobody has anything more to say, or when it is much.</summary>
    private async Task SendAsync()
    {
        byte[] room = new byte[_options.PayloadLength];
        var waiting = new List<MqttPath>();
        while (!_stopping.IsCancellationRequested)
        {
            long wait = long.MaxValue;
            while (TryTake(out MqttPath? path))
            {
                long pause = path.Pace.WaitFrom(Now);
                if (pause > 0)
                {
                    wait = Math.Min(wait, pause);
                    waiting.Add(path);
                    continue;
                }

                if (path.Send(room, Now) is not { } connection) continue;
                Ready(path);
                if (connection.IsFull) await FlushQuietlyAsync(connection.Connection).ConfigureAwait(false);
            }

            if (_connection is { } current)
            {
                if (_presence is not null) wait = Math.Min(wait, _presence.Tend(current, Now) - Now);
                await FlushQuietlyAsync(current).ConfigureAwait(false);
            }

            try
            {
                bool isWoken = await _wake.WaitAsync(TimeSpan.FromMicroseconds(Math.Clamp(wait, 1000, SilenceLimit / 4)), _stopping.Token).ConfigureAwait(false);
                if (!isWoken && waiting.Count == 0) DropSilent();
            }
            catch (OperationCanceledException)
            {
                return;
            }

            foreach (MqttPath path in waiting) Ready(path);
            waiting.Clear();
        }
    }

    private bool TryTake(out MqttPath path)
    {
        lock (_readyGate)
        {
            if (!_ready.TryDequeue(out path!)) return false;
            path.IsReady = false;
            return true;
        }
    }

    private static async ValueTask FlushQuietlyAsync(MqttConnection connection)
    {
        try
        {
            await connection.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is TunnelException or IOException or ObjectDisposedException)
        {
            // Whoever receives learns of it, and connects again.
        }
    }
}

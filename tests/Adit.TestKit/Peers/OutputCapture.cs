using System.Text;

namespace Adit.TestKit.Peers;

/// <summary>The lines a peer prints, kept for failure messages (the last <see cref="MostLines"/>), and to be waited for.</summary>
public sealed class OutputCapture
{
    /// <summary>Ours: what a failure message can use, and a bound on a peer that babbles.</summary>
    public const int MostLines = 20_000;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new();
    private long _dropped;
    private bool _ended;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>All that is kept, as text.</summary>
    public string Text
    {
        get
        {
            lock (_lock) return string.Join('\n', _lines);
        }
    }

    internal async Task ReadAsync(Stream stream)
    {
        using StreamReader reader = new(stream, Encoding.UTF8);
        try
        {
            while (await reader.ReadLineAsync() is { } line) Change(line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The peer was killed.
        }

        Change(null);
    }

    /// <summary>The first line, already printed or yet to come, that <paramref name="wanted"/> accepts; null when the output ended without.</summary>
    public async Task<string?> WaitForLineAsync(Func<string, bool> wanted, CancellationToken ct)
    {
        long seen = 0;
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                foreach (string line in _lines.Skip((int)Math.Max(0, seen - _dropped)))
                {
                    if (wanted(line)) return line;
                }

                seen = _dropped + _lines.Count;
                if (_ended) return null;
                changed = _changed.Task;
            }

            await changed.WaitAsync(ct);
        }
    }

    private void Change(string? line)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (line is null)
            {
                _ended = true;
            }
            else
            {
                _lines.Enqueue(line);
                if (_lines.Count > MostLines)
                {
                    _lines.Dequeue();
                    _dropped++;
                }
            }

            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}

using System.Text;
using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Modem;
using Adit.Core.Streams;
using Adit.TestKit.Time;

namespace Adit.Carriers.Tests.Sms;

/// <summary>A modem in memory, that answers as it is told to, on a clock of its own.</summary>
internal sealed class FakeModem : IAsyncDisposable
{
    private readonly MemoryStreamPair _pair;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<string> _commands = [];
    private readonly Task _running;

    public FakeModem(int capacity = 65_536)
    {
        _pair = new MemoryStreamPair(new MemoryStreamOptions { Capacity = capacity });
        _running = Task.Run(RunAsync);
    }

    public VirtualTime Time { get; } = new();

    public SmsBudget Budget { get; } = new();

    /// <summary>What a command or a message is answered, as lines; null for nothing. Default OK, and the prompt where there is one.</summary>
    public Func<string, string?> Answer { get; set; } = Usual;

    /// <summary>Whether it reads no more.</summary>
    public volatile bool IsStuck;

    /// <summary>Commands and messages so far; ESC as such.</summary>
    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (_commands) return [.. _commands];
        }
    }

    public static string? Usual(string command) =>
        command.StartsWith("AT+CMGS=", StringComparison.Ordinal) ? "> " : command.EndsWith('\u001a') ? "\r\n+CMGS: 1\r\n\r\nOK\r\n" : command == "\u001b" ? null : "\r\nOK\r\n";

    public Task<ModemLink> OpenAsync() => UntilAsync(ModemLink.OpenAsync(
        new ModemOptions { Name = "hop", Device = "/dev/modem", Carrier = new SmsCarrierOptions { Budget = Budget, Rate = 1000 }, NetworkPatience = TimeSpan.FromSeconds(6) }, _pair.First, null, Time, CancellationToken.None));

    /// <summary>Lets the time pass, slower than anybody needs for an answer, until something is done.</summary>
    public async Task<T> UntilAsync<T>(Task<T> task)
    {
        await UntilAsync(() => task.IsCompleted);
        return await task;
    }

    public async Task UntilAsync(Func<bool> condition)
    {
        long deadline = Environment.TickCount64 + 60_000;
        while (!condition() && Environment.TickCount64 < deadline)
        {
            Time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Delay(1);
        }

        Assert.True(condition(), $"expected an end, got {string.Join(' ', Commands)}");
    }

    public async Task SayAsync(string text) => await _pair.Second.WriteAsync(Encoding.ASCII.GetBytes(text));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pair.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        byte[] room = new byte[64];
        var line = new StringBuilder();
        while (await _pair.Second.ReadAsync(room, _stopping.Token) is > 0 and var count)
        {
            if (IsStuck) await Task.Delay(Timeout.Infinite, _stopping.Token);
            foreach (char c in Encoding.ASCII.GetString(room, 0, count))
            {
                if (c is not '\r') line.Append(c);
                if (c is not ('\r' or '\u001a' or '\u001b') || line.Length == 0) continue;
                string command = line.ToString();
                line.Clear();
                lock (_commands) _commands.Add(command);
                if (Answer(command) is { } answer) await SayAsync(answer);
            }
        }
    }
}

using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Gateway.Listeners;

namespace Adit.Gateway.Tests.Listeners;

/// <summary>Sessions that come while there is no room for them.</summary>
public sealed class LifelineGatewayListenerTests
{
    private static readonly LifelineProfile Profile = new() { Name = "test" };

    [Fact]
    public async Task SessionThatIsNotLetIn_LeavesNothingBehind()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        CarrierKey key = CarrierKey.Generate();
        var lifelines = new LifelineGatewayListener(() => [key], TimeProvider.System);
        await lifelines.DisposeAsync(); // lets nobody in any more
        (MemoryMailbox near, MemoryMailbox far) = MemoryMailbox.CreatePair(Profile, 1200);
        Task<LifelineClient> connecting = LifelineClient.ConnectAsync(near, key, cancellationToken: cancellationToken);
        Carrier? carrier = null;
        byte[] room = new byte[65_536], answer = new byte[65_536];
        while (carrier is null)
        {
            int length = await far.ReceiveAsync(room, cancellationToken);
            length = lifelines.Acceptor.Receive(room.AsSpan(0, length), Profile, answer, _ => carrier = new Carrier(), out _);
            if (length > 0) await far.SendAsync(answer.AsMemory(0, length), cancellationToken);
        }

        await carrier.Disposed.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        await lifelines.ReleaseAsync();
        await far.DisposeAsync();
        _ = connecting.ContinueWith(static t => t.IsCompletedSuccessfully ? t.Result.DisposeAsync().AsTask() : Task.CompletedTask, TaskScheduler.Default);
    }

    private sealed class Carrier : ILifelineCarrier
    {
        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "test";

        public Task Disposed => _disposed.Task;

        public void Wake()
        {
        }

        public ValueTask DisposeAsync()
        {
            _disposed.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}

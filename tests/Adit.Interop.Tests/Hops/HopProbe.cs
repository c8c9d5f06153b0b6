using System.Security.Cryptography;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Adit.Ssh.Client;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Hops;

/// <summary>Chains of hops as the library has them, and what is sent through them.</summary>
internal static class HopProbe
{
    public const int Length = (4 << 20) + 3;
    public const int Seed = 11;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static HopChain Chain(params string[] hops) =>
        BuiltInHops.Create(new NobodyDialogue()).Chain(hops.Select(h => HopUri.Parse(h, "test")), new SocketDialer());

    public static async Task<DuplexStream> DialAsync(string host, int port, params string[] hops)
    {
        using var deadline = new CancellationTokenSource(Patience);
        return await Chain(hops).DialAsync(new DialRequest(new TcpDestination(host, port)), deadline.Token);
    }

    /// <summary>Sends octets to an echo and takes them back at once, all of them, then ends.</summary>
    public static async Task AssertEchoAsync(string host, int port, params string[] hops)
    {
        await using DuplexStream stream = await DialAsync(host, port, hops);
        Task sending = Task.Run(() => StreamProbe.SendAsync(stream, Length, Seed));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 * 1024];
        for (int left = Length; left > 0;)
        {
            int count = await stream.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length))).AsTask().WaitAsync(Patience);
            Assert.NotEqual(0, count);
            hash.AppendData(buffer, 0, count);
            left -= count;
        }

        await sending.WaitAsync(Patience);
        Assert.Equal(SeededOctets.Digest(Seed, Length), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <summary>Sends octets to a sink, ends this direction, and gets the answer that comes only then.</summary>
    public static async Task AssertHalfCloseAsync(string host, int port, params string[] hops)
    {
        await using DuplexStream stream = await DialAsync(host, port, hops);
        await StreamProbe.SendAsync(stream, Length, Seed).WaitAsync(Patience);
        await stream.CompleteWritesAsync();
        using var reader = new StreamReader(stream);
        Assert.Equal(StreamProbe.ExpectedAnswer(Length, Seed) + "\n", await reader.ReadToEndAsync().WaitAsync(Patience));
    }

    /// <summary>Dials, and expects it to fail in one way.</summary>
    public static async Task<TunnelException> FailAsync(TunnelError error, string host, int port, params string[] hops)
    {
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () =>
        {
            await using DuplexStream stream = await DialAsync(host, port, hops);
        });
        Assert.True(e.Error == error, $"expected {error}, got {e.Error}: {e.Message}");
        Assert.StartsWith(e.Hop!, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(":secret", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        return e;
    }

    private sealed class NobodyDialogue : IUserDialogue
    {
        public ValueTask<string?> AskAsync(string question, bool isSecret, CancellationToken cancellationToken = default) => new((string?)null);

        public void Tell(string text)
        {
        }
    }
}

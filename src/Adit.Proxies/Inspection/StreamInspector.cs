using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Serving;

namespace Adit.Proxies.Inspection;

/// <summary>
/// Holds back the first octets of a tunnel, of whichever side speaks first, until they tell what it is; then lets them go on unchanged, or ends it.
/// A client that waits for the server's greeting (SSH, SMTP) is judged by that greeting.
/// </summary>
/// <param name="client">The client.</param>
/// <param name="origin">Its destination.</param>
/// <param name="policy">What may flow.</param>
internal sealed class StreamInspector(ProxyClient client, DuplexStream origin, InspectionPolicy policy)
{
    /// <summary>Looks, and forwards what was held back.</summary>
    /// <param name="early">What the client has sent already.</param>
    /// <param name="access">Takes the content, and the verdict where it is a refusal.</param>
    /// <returns>The destination's stream to relay with; null where the policy forbids the content.</returns>
    public async Task<DuplexStream?> RunAsync(byte[] early, ProxyAccess access)
    {
        var fromClient = new HeldSide(client.Stream, early);
        var fromOrigin = new HeldSide(origin, []);
        TunnelContent content = StreamClassifier.Classify(early);
        if (content == TunnelContent.Unknown) content = await LookAsync(fromClient, fromOrigin).ConfigureAwait(false);
        access.Content = InspectionPolicy.WordOf(content);
        if (!policy.Allows(content))
        {
            access.Verdict = ProxyVerdict.Denied;
            access.Reason = $"inspection {policy.Text}: {access.Content}";
            client.Service.LogRefusal(access);
            return null;
        }

        if (!fromClient.Held.IsEmpty) await origin.WriteAsync(fromClient.Held, client.Stopping).ConfigureAwait(false);
        if (!fromOrigin.Held.IsEmpty) await client.WriteAsync(fromOrigin.Held).ConfigureAwait(false);
        access.Up += fromClient.Held.Length;
        access.Down += fromOrigin.Held.Length;
        client.Replace(fromClient.Rest());
        return fromOrigin.Rest();
    }

    private async Task<TunnelContent> LookAsync(HeldSide fromClient, HeldSide fromOrigin)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(client.Stopping);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = limit.Token.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), over);
        TunnelContent content = TunnelContent.Unknown;
        bool began = !fromClient.Held.IsEmpty;
        if (began) limit.CancelAfter(policy.Patience);
        client.Touch();
        while (content == TunnelContent.Unknown && !limit.IsCancellationRequested)
        {
            await Task.WhenAny(fromClient.ReadAsync(limit.Token, client.Stopping), fromOrigin.ReadAsync(limit.Token, client.Stopping), over.Task).ConfigureAwait(false);
            bool ended = await fromClient.TakeAsync().ConfigureAwait(false) | await fromOrigin.TakeAsync().ConfigureAwait(false);
            content = StreamClassifier.Classify(fromClient.Held.Span);
            if (content == TunnelContent.Unknown) content = StreamClassifier.Classify(fromOrigin.Held.Span);
            if (content == TunnelContent.Unknown && (ended || fromClient.IsFull || fromOrigin.IsFull)) content = TunnelContent.Other;
            if (!began && !(fromClient.Held.IsEmpty && fromOrigin.Held.IsEmpty))
            {
                began = true;
                limit.CancelAfter(policy.Patience);
            }
        }

        await limit.CancelAsync().ConfigureAwait(false);
        client.Stopping.ThrowIfCancellationRequested();
        await fromClient.StopAsync().ConfigureAwait(false);
        await fromOrigin.StopAsync().ConfigureAwait(false);
        return content == TunnelContent.Unknown ? TunnelContent.Other : content;
    }
}

namespace Adit.Carriers.Sms;

/// <summary>The last step of opening a link.</summary>
internal static class LinkOpening
{
    /// <summary>Sets a link up, and ends it where that fails.</summary>
    /// <param name="link">The link; the caller's once this has completed.</param>
    /// <param name="setUp">Sets it up.</param>
    public static async Task<TLink> CompleteAsync<TLink>(TLink link, Func<TLink, Task> setUp)
        where TLink : ISmsLink
    {
        try
        {
            await setUp(link).ConfigureAwait(false);
            return link;
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}

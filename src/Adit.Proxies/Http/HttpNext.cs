namespace Adit.Proxies.Http;

/// <summary>What comes after a request.</summary>
internal enum HttpNext
{
    /// <summary>The next one.</summary>
    Request,

    /// <summary>Nothing: the connection ends.</summary>
    End,

    /// <summary>Nothing here: a relay has taken the connection, and ended it.</summary>
    HandedOver,
}

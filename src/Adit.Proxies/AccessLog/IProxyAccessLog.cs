namespace Adit.Proxies.AccessLog;

/// <summary>Hears of each request once it is over. Called on event loops: must be brief.</summary>
public interface IProxyAccessLog
{
    /// <summary>Takes one.</summary>
    void Add(ProxyAccess access);
}

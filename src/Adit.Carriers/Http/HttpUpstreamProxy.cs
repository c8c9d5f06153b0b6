using System.Text;

namespace Adit.Carriers.Http;

/// <summary>A proxy that is sent plain HTTP requests in absolute-form (RFC 9112 §3.2.2).</summary>
/// <param name="Host">Its name or address.</param>
/// <param name="Port">Its port.</param>
/// <param name="User">The user to be; null for nobody.</param>
/// <param name="Password">The password; null for none. A secret.</param>
public sealed record HttpUpstreamProxy(string Host, int Port, string? User = null, string? Password = null)
{
    /// <summary>The value of Proxy-Authorization (RFC 7617); null without a user.</summary>
    internal string? Authorization => User is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    /// <summary>Where it is, without the user.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

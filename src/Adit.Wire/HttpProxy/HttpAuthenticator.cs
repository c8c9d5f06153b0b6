using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Adit.Wire.Http;

namespace Adit.Wire.HttpProxy;

/// <summary>
/// Answers the challenges of an HTTP proxy with Basic (RFC 7617) or Digest (RFC 7616: MD5, SHA-256, qop=auth, and the form without qop of RFC 2617).
/// </summary>
/// <remarks>
/// <code>
/// Proxy-Authenticate: Digest realm="R", nonce="N", qop="auth", algorithm=SHA-256
/// Proxy-Authorization: Digest username="U", realm="R", nonce="N", uri="host:port", response="H(A1):N:nc:cnonce:auth:H(A2)", …
///     A1 = U:R:password                 A1 = H(U:R:password):N:cnonce for a "-sess" algorithm         A2 = method:uri
/// </code>
/// Theory of operation: nothing is sent before the proxy asked. Of what it offers the strongest is taken: Digest with SHA-256, Digest with MD5, Basic. The challenge is
/// kept, so that later requests on any connection are authorized from the start; Digest's count of uses (nc) goes on with it. A nonce that the proxy says is stale, or that was
/// kept from an earlier request, is exchanged for the new one and the request made again; credentials that fail with a fresh challenge are wrong. Thread-safe: one
/// serves all connections to one proxy.
/// </remarks>
/// <param name="credentials">Who asks.</param>
/// <param name="newClientNonce">Makes a cnonce: random, unguessable, letters and digits.</param>
public sealed class HttpAuthenticator(ProxyCredentials credentials, Func<string> newClientNonce)
{
    private static readonly string[] Strength = ["SHA-256", "SHA-256-sess", "MD5", "MD5-sess"];

    private readonly Lock _lock = new();
    private readonly string _user = AsOctets(credentials.User);
    private readonly string _password = AsOctets(credentials.Password);
    private ProxyChallenge? _challenge;
    private uint _uses;

    /// <summary>The scheme in use, <c>Digest</c> or <c>Basic</c>; "" while none is.</summary>
    public string Scheme => _challenge?.Scheme ?? "";

    /// <summary>The value of Proxy-Authorization for a request; null while the proxy has not asked.</summary>
    /// <param name="method">The method.</param>
    /// <param name="uri">The request target as it stands in the request line.</param>
    public string? Authorize(string method, string uri)
    {
        lock (_lock)
        {
            if (_challenge is null) return null;
            _uses++;
            return IsDigest(_challenge) ? Digest(_challenge, method, uri) : "Basic " + Convert.ToBase64String(Encoding.Latin1.GetBytes($"{_user}:{_password}"));
        }
    }

    /// <summary>Takes the challenges of a 407.</summary>
    /// <param name="fields">Its fields.</param>
    /// <param name="isAnswered">Whether the request was authorized by a challenge that came within the same handshake: then it is wrong, unless it was stale.</param>
    /// <param name="refusal">What it means where the request cannot be made again.</param>
    /// <returns>Whether the request is to be made again.</returns>
    public bool Challenge(HttpFields fields, bool isAnswered, out ProxyRefusal refusal)
    {
        ProxyChallenge? best = Strongest(ProxyChallenge.ReadAll(fields));
        refusal = ProxyRefusal.None;
        bool isStale = best is not null && IsDigest(best) && "true".Equals(best["stale"], StringComparison.OrdinalIgnoreCase);
        if (best is null) refusal = ProxyRefusal.CredentialsRequired;
        else if (isAnswered && !isStale) refusal = ProxyRefusal.CredentialsRefused;
        lock (_lock)
        {
            // Refused credentials are not sent again unasked.
            (_challenge, _uses) = (refusal == ProxyRefusal.None ? best : null, 0);
        }

        return refusal == ProxyRefusal.None;
    }

    private static ProxyChallenge? Strongest(IReadOnlyList<ProxyChallenge> offered)
    {
        ProxyChallenge? best = null;
        int bestRank = int.MaxValue;
        foreach (ProxyChallenge each in offered)
        {
            int rank = each.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) ? Strength.Length : IsDigest(each) ? RankOf(each) : int.MaxValue;
            if (rank < bestRank) (best, bestRank) = (each, rank);
        }

        return best;
    }

    // A challenge that asks for what is not there (auth-int alone, another hash, no nonce) is none.
    private static int RankOf(ProxyChallenge digest)
    {
        int rank = Array.FindIndex(Strength, s => s.Equals(digest["algorithm"] ?? "MD5", StringComparison.OrdinalIgnoreCase));
        bool isUsable = rank >= 0 && !string.IsNullOrEmpty(digest["nonce"]) && (digest["qop"] is null || HasAuth(digest));
        return isUsable ? rank : int.MaxValue;
    }

    private static bool IsDigest(ProxyChallenge challenge) => challenge.Scheme.Equals("Digest", StringComparison.OrdinalIgnoreCase);

    private static bool HasAuth(ProxyChallenge digest) => digest["qop"]!.Split(',').Any(q => q.Trim().Equals("auth", StringComparison.OrdinalIgnoreCase));

    private string Digest(ProxyChallenge challenge, string method, string uri)
    {
        string algorithm = challenge["algorithm"] ?? "MD5";
        bool isSha256 = algorithm.StartsWith("SHA-256", StringComparison.OrdinalIgnoreCase);
        bool isSession = algorithm.EndsWith("-sess", StringComparison.OrdinalIgnoreCase);
        bool hasQop = challenge["qop"] is not null;
        string realm = challenge["realm"] ?? "";
        string nonce = challenge["nonce"]!;
        string count = _uses.ToString("x8", CultureInfo.InvariantCulture);
        string cnonce = newClientNonce();
        string secret = Hash(isSha256, $"{_user}:{realm}:{_password}");
        if (isSession) secret = Hash(isSha256, $"{secret}:{nonce}:{cnonce}"); // RFC 7616 §3.4.2
        string asked = Hash(isSha256, $"{method}:{uri}"); // §3.4.3
        string response = Hash(isSha256, hasQop ? $"{secret}:{nonce}:{count}:{cnonce}:auth:{asked}" : $"{secret}:{nonce}:{asked}"); // §3.4.1; RFC 2617 §3.2.2.1
        var value = new StringBuilder();
        value.Append(CultureInfo.InvariantCulture, $"Digest username=\"{Quoted(_user)}\", realm=\"{Quoted(realm)}\", nonce=\"{Quoted(nonce)}\", uri=\"{Quoted(uri)}\", response=\"{response}\"");
        if (challenge["algorithm"] is not null) value.Append(", algorithm=").Append(Strength.First(s => s.Equals(algorithm, StringComparison.OrdinalIgnoreCase)));
        if (hasQop) value.Append(CultureInfo.InvariantCulture, $", qop=auth, nc={count}");
        if (hasQop || isSession) value.Append(CultureInfo.InvariantCulture, $", cnonce=\"{cnonce}\"");
        if (challenge["opaque"] is { } opaque) value.Append(CultureInfo.InvariantCulture, $", opaque=\"{Quoted(opaque)}\"");
        return value.ToString();
    }

    private static string Hash(bool isSha256, string text)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
#pragma warning disable CA5351 // MD5 is what the proxy asks for (RFC 7616 §3.2); SHA-256 is taken where it is offered.
        return Convert.ToHexStringLower(isSha256 ? SHA256.HashData(octets) : MD5.HashData(octets));
#pragma warning restore CA5351
    }

    // A character an octet, as heads are read and written here: what the proxy sent is hashed as it came, and names of people are UTF-8.
    private static string AsOctets(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Quoted(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}

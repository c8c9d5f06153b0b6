namespace Adit.Wire.Dns.Payload;

/// <summary>How octets are written into labels, the densest first; a probe finds the first that a path carries.</summary>
public enum DnsNameEncoding
{
    /// <summary>229 symbols, every octet but A to Z and the dot: 46 octets are 47 symbols. Needs a path that leaves octets above 127 alone.</summary>
    Base229 = 0,

    /// <summary>
    /// 64 printable symbols without capitals: 6 bits a symbol. RFC 4648's base64url tells letters by their case, and a resolver that
    /// randomizes case (draft-vixie-dnsext-dns0x20) destroys it; so the capitals' places are taken by punctuation.
    /// </summary>
    Base64 = 1,

    /// <summary>RFC 4648 §5: 6 bits a symbol. For paths that refuse punctuation and keep case.</summary>
    Base64Url = 2,

    /// <summary>RFC 4648 §6 in lower case, read in any: 5 bits a symbol. Letters and digits alone pass everywhere.</summary>
    Base32 = 3,
}

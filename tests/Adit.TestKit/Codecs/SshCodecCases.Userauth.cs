using Adit.Wire.Ssh;

namespace Adit.TestKit.Codecs;

// RFC 4252, RFC 4256.
public static partial class SshCodecCases
{
    /// <summary>Authentication layer.</summary>
    public static IReadOnlyList<CodecCase> Userauth =>
    [
        new CodecCase<UserauthRequestMessage>(new("root", "ssh-connection", "none", default), "32 s'root' s'ssh-connection' s'none'", "none"),
        new CodecCase<UserauthRequestMessage>(
            new("ada", "ssh-connection", "publickey", Hex("000000000168")),
            "32 s'ada' s'ssh-connection' s'publickey' 00 u32:1 68",
            "method fields",
            truncatedBelow: 1 + 4 + 3 + 4 + 14 + 4 + 9),
        new CodecCase<PublicKeyAuthFields>(new("ssh-ed25519", Hex("0102")), "00 s'ssh-ed25519' s:0102", "query"),
        new CodecCase<PublicKeyAuthFields>(new("rsa-sha2-512", Hex("0102"), Hex("aabbcc")), "01 s'rsa-sha2-512' s:0102 s:aabbcc", "signed"),
        new CodecCase<HostboundPublicKeyAuthFields>(new("ssh-ed25519", Hex("0102"), Hex("0304")), "00 s'ssh-ed25519' s:0102 s:0304", "query"),
        new CodecCase<HostboundPublicKeyAuthFields>(
            new("ssh-ed25519", Hex("0102"), Hex("0304"), Hex("aabb")), "01 s'ssh-ed25519' s:0102 s:0304 s:aabb", "signed"),
        new CodecCase<PasswordAuthFields>(new("secret"), "00 s'secret'"),
        new CodecCase<PasswordAuthFields>(new("old", "new"), "01 s'old' s'new'", "change"),
        new CodecCase<KeyboardInteractiveAuthFields>(new("", "pam"), "s'' s'pam'"),
        new CodecCase<UserauthFailureMessage>(new(["publickey", "password"], false), "33 s'publickey,password' 00"),
        new CodecCase<UserauthFailureMessage>(new([], true), "33 s'' 01", "nothing can continue"),
        new CodecCase<UserauthSuccessMessage>(default, "34"),
        new CodecCase<UserauthBannerMessage>(new("Welcome\r\n", "en"), "35 u32:9 'Welcome' 0d0a s'en'"),
        new CodecCase<UserauthPkOkMessage>(new("ssh-ed25519", Hex("0102")), "3c s'ssh-ed25519' s:0102"),
        new CodecCase<UserauthPasswdChangeReqMessage>(new("Expired", ""), "3c s'Expired' s''"),
        new CodecCase<UserauthInfoRequestMessage>(
            new("Login", "Please answer", "", [new("Password: ", false), new("Token: ", true)]),
            "3c s'Login' s'Please answer' s'' u32:2 s'Password: ' 00 s'Token: ' 01"),
        new CodecCase<UserauthInfoRequestMessage>(new("", "", "", []), "3c s'' s'' s'' u32:0", "no prompt"),
        new CodecCase<UserauthInfoResponseMessage>(new(["one", ""]), "3d u32:2 s'one' s''"),
    ];
}

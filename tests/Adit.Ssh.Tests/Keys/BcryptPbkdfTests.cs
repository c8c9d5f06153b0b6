using System.Text;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Tests.Keys;

public sealed class BcryptPbkdfTests
{
    // From the vectors of OpenBSD's implementation, as RustCrypto's bcrypt-pbkdf publishes them (tests/test_vectors.rs, test_openbsd_vectors).
    [Theory]
    [InlineData("password", "salt", 4, "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9")]
    [InlineData("password", "\0", 4, "c12b566235eee04c212598970a579a67")]
    [InlineData("\0", "salt", 4, "6051be18c2f4f82cbf0efee5471b4bb9")]
    [InlineData("password\0", "salt\0", 4, "7410e44cf4fa07bfaac8a928b1727fac001375e7bf7384370f48efd121743050")]
    public void Vectors_Derive(string passphrase, string salt, int rounds, string expected)
    {
        byte[] key = new byte[expected.Length / 2];
        BcryptPbkdf.Derive(Encoding.Latin1.GetBytes(passphrase), Encoding.Latin1.GetBytes(salt), rounds, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    // From the vectors that come with Blowfish's description (B. Schneier, schneier.com/code/vectors.txt).
    [Theory]
    [InlineData("0000000000000000", 0x00000000, 0x00000000, 0x4EF99745, 0x6198DD78)]
    [InlineData("FFFFFFFFFFFFFFFF", 0xFFFFFFFF, 0xFFFFFFFF, 0x51866FD5, 0xB85ECB8A)]
    [InlineData("3000000000000000", 0x10000000, 0x00000001, 0x7D856F9A, 0x613063F2)]
    public void Vectors_Encrypt(string key, uint left, uint right, uint expectedLeft, uint expectedRight)
    {
        Blowfish cipher = new();
        cipher.Expand([], Convert.FromHexString(key));
        cipher.Encrypt(ref left, ref right);
        Assert.Equal((expectedLeft, expectedRight), (left, right));
    }
}

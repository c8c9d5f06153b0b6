using Adit.Platform.Crypto;

namespace Adit.Platform.Tests.Crypto;

/// <summary>Vectors: RFC 8439 §2.5.2 and A.3.</summary>
public sealed class Poly1305Tests
{
    [Theory]
    [InlineData("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b", "43727970746f6772617068696320466f72756d2052657365617263682047726f7570", "a8061dc1305136c6c22b8baf0c0127a9")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "00000000000000000000000000000000", "00000000000000000000000000000000")]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000")]
    [InlineData("02000000000000000000000000000000ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "03000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000", "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000", "05000000000000000000000000000000")]
    public void Vectors_Agree_AndTheContextIsReusable(string key, string message, string tag)
    {
        using var poly = new Poly1305();
        byte[] result = new byte[Poly1305.TagLength];
        for (int i = 0; i < 3; i++)
        {
            poly.Compute(Convert.FromHexString(key), Convert.FromHexString(message), result);
            Assert.Equal(tag, Convert.ToHexStringLower(result));
            poly.Compute(new byte[32], new byte[i], result);
        }
    }
}

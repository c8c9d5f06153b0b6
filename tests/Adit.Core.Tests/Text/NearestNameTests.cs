using Adit.Core.Text;

namespace Adit.Core.Tests.Text;

public sealed class NearestNameTests
{
    private static readonly string[] Known = ["listen", "authorized-keys", "host-key", "state", "exec"];

    [Theory]
    [InlineData("lisetn", "listen")]
    [InlineData("authorised-keys", "authorized-keys")]
    [InlineData("authorized_keys", "authorized-keys")]
    [InlineData("EXEC", "exec")]
    [InlineData("stat", "state")]
    [InlineData("hostkey", "host-key")]
    public void Slip_FindsWhatWasMeant(string given, string expected) => Assert.Equal(expected, NearestName.Find(given, Known));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("bicycle")]
    public void FarWord_FindsNothing(string given) => Assert.Null(NearestName.Find(given, Known));

    [Fact]
    public void EndlessWord_FindsNothing() => Assert.Null(NearestName.Find(new string('a', 1_000_000), Known));

    [Fact]
    public void Suggestion_IsEmpty_WhenNothingIsNear()
    {
        Assert.Equal("", NearestName.Suggest("bicycle", Known));
        Assert.Equal(", did you mean state?", NearestName.Suggest("stat", Known));
    }
}

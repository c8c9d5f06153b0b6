using Adit.Cli.Status;

namespace Adit.Cli.Tests.Status;

public sealed class QuantitiesTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(99_949, "99.9 kB")]
    [InlineData(99_950, "100 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1.0 MB")]
    [InlineData(1.5e12, "1.5 TB")]
    public void Octets_HaveThreeDigits(double octets, string text) => Assert.Equal(text, Quantities.Octets(octets));

    [Theory]
    [InlineData(0.4, "0s")]
    [InlineData(59, "59s")]
    [InlineData(61, "1m01s")]
    [InlineData(3660, "1h01m")]
    [InlineData(90_000, "1d01h")]
    [InlineData(-5, "0s")]
    public void Age_HasTwoUnits(double seconds, string text) => Assert.Equal(text, Quantities.Age(TimeSpan.FromSeconds(seconds)));
}

using System.Net;
using Adit.Core.Policy;

namespace Adit.Core.Tests.Policy;

public sealed class AddressClassifierTests
{
    [Theory]
    [InlineData("8.8.8.8", AddressClass.Global)]
    [InlineData("2606:4700::1111", AddressClass.Global)]
    [InlineData("127.0.0.1", AddressClass.Loopback)]
    [InlineData("127.255.255.254", AddressClass.Loopback)]
    [InlineData("::1", AddressClass.Loopback)]
    [InlineData("0.0.0.0", AddressClass.Unspecified)]
    [InlineData("::", AddressClass.Unspecified)]
    [InlineData("169.254.1.1", AddressClass.LinkLocal)]
    [InlineData("fe80::1%1", AddressClass.LinkLocal)]
    [InlineData("10.1.2.3", AddressClass.Private)]
    [InlineData("172.31.255.255", AddressClass.Private)]
    [InlineData("172.32.0.0", AddressClass.Global)]
    [InlineData("192.168.0.1", AddressClass.Private)]
    [InlineData("100.64.0.1", AddressClass.Private)]
    [InlineData("fd12::1", AddressClass.Private)]
    [InlineData("224.0.0.251", AddressClass.Multicast)]
    [InlineData("255.255.255.255", AddressClass.Multicast)]
    [InlineData("ff02::1", AddressClass.Multicast)]
    [InlineData("192.0.2.1", AddressClass.Reserved)]
    [InlineData("2001:db8::1", AddressClass.Reserved)]
    public void Address_HasItsClass(string address, AddressClass expected) => Assert.Equal(expected, AddressClassifier.Classify(IPAddress.Parse(address)));

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:a9fe:a9fe")]
    [InlineData("::169.254.169.254")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("100.100.100.200")]
    [InlineData("::ffff:100.100.100.200")]
    [InlineData("168.63.129.16")]
    public void Metadata_IsFoundInEverySpelling(string address) => Assert.Equal(AddressClass.Metadata, AddressClassifier.Classify(IPAddress.Parse(address)));

    [Theory]
    [InlineData("::ffff:127.0.0.1", AddressClass.Loopback)]
    [InlineData("::ffff:0:10.0.0.1", AddressClass.Private)]
    [InlineData("64:ff9b:1::10.0.0.1", AddressClass.Private)]
    [InlineData("2002:7f00:1::", AddressClass.Loopback)]
    [InlineData("::ffff:8.8.8.8", AddressClass.Global)]
    public void CarriedIPv4_DecidesTheClass(string address, AddressClass expected) => Assert.Equal(expected, AddressClassifier.Classify(IPAddress.Parse(address)));

    [Fact]
    public void RandomAddresses_NeverThrow()
    {
        var random = new Random(7);
        Span<byte> octets = stackalloc byte[16];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(octets);
            if (i % 2 == 0) octets[..random.Next(16)].Clear();
            Assert.True(Enum.IsDefined(AddressClassifier.Classify(new IPAddress(octets))));
        }
    }
}

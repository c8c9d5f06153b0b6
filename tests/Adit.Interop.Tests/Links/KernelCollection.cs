namespace Adit.Interop.Tests.Links;

/// <summary>Tests that share the guest, one after the other: two cores would make its pings late otherwise.</summary>
[CollectionDefinition(Name)]
public sealed class KernelCollection : ICollectionFixture<KernelGuest>
{
    public const string Name = "kernel guest";
}

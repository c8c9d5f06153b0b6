namespace Adit.Platform.Tests;

/// <summary>Tests that measure what the whole process allocates: they run when no others do.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;

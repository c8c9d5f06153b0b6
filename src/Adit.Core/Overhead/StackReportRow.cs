namespace Adit.Core.Overhead;

/// <summary>One layer in a <see cref="StackReport"/>.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Total">Octets of it and of all layers outside it, least padding.</param>
/// <param name="Leaves">The longest payload that it leaves room for, in octets; null within a stream, where there is no bound.</param>
public sealed record StackReportRow(Layer Layer, int Total, int? Leaves);

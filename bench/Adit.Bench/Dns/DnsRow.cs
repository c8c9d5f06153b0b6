namespace Adit.Bench.Dns;

/// <summary>One way through DNS that is measured, and its figures.</summary>
/// <param name="Part">What of the measurement it belongs to.</param>
/// <param name="Path">What is between.</param>
/// <param name="Carrier">What carries.</param>
/// <param name="Open">Opens it on a site; gives the place to connect to, in the client's namespace.</param>
internal sealed record DnsRow(string Part, string Path, string Carrier, Func<DnsSite, Task<string>> Open)
{
    /// <summary>Octets of a download and an upload.</summary>
    public (long Down, long Up) Amounts { get; init; } = (8 << 20, 1 << 20);

    public Samples Down { get; } = new();

    public Samples Up { get; } = new();

    public Samples Echo { get; } = new();

    /// <summary>Downloads and uploads that did not come to their end.</summary>
    public int Stalled { get; set; }
}

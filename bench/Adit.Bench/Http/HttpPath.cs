namespace Adit.Bench.Http;

/// <summary>One way that is measured, and its figures by kind of transfer.</summary>
/// <param name="Name">What carries.</param>
/// <param name="Through">What stands in between; empty for nothing.</param>
/// <param name="Open">Opens it afresh.</param>
internal sealed record HttpPath(string Name, string Through, Func<Task<HttpTunnel>> Open)
{
    /// <summary>Octets a second.</summary>
    public Dictionary<string, Samples> Rate { get; } = [];

    /// <summary>CPU seconds a GiB.</summary>
    public Dictionary<string, Samples> Cpu { get; } = [];

    /// <summary>Transfers that did not come to their end.</summary>
    public Dictionary<string, int> Failed { get; } = [];
}

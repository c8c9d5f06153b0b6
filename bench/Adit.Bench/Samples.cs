namespace Adit.Bench;

/// <summary>The figures of several runs of one thing.</summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    public void Add(double value) => _values.Add(value);

    /// <summary>NaN when there is none.</summary>
    public double Median
    {
        get
        {
            double[] sorted = [.. _values.Order()];
            if (sorted.Length == 0) return double.NaN;
            int middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }
}

using System.Globalization;

namespace Adit.Core.Overhead;

/// <summary>The options of a layer as they were written behind its name, each taken at most once.</summary>
/// <param name="words">The words, such as <c>key</c> and <c>opt=8</c>.</param>
internal sealed class LayerWords(IEnumerable<string> words)
{
    private readonly List<string> _left = [.. words];

    /// <summary>Words that nobody took.</summary>
    public IReadOnlyList<string> Left => _left;

    /// <summary>What is wrong with a number; null for nothing.</summary>
    public string? Fault { get; private set; }

    public bool Has(string word) => _left.Remove(word);

    /// <summary>The fields for which the words stand.</summary>
    public IEnumerable<LayerField> Those(params (string Word, LayerField Field)[] options) => options.Where(o => Has(o.Word)).Select(o => o.Field);

    /// <summary>The number of <c>word=NUMBER</c>; 0 where it is not there.</summary>
    public int Number(string word, int most, int step = 1)
    {
        int at = _left.FindIndex(w => w.StartsWith($"{word}=", StringComparison.Ordinal));
        if (at < 0) return 0;
        string text = _left[at][(word.Length + 1)..];
        _left.RemoveAt(at);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= most && value % step == 0) return value;
        Fault = $"{word}: expected a number from 0 to {most}{(step == 1 ? "" : $" divisible by {step}")}, got '{text}'";
        return 0;
    }
}

namespace Adit.TestKit.Codecs;

/// <summary>Puts mutated inputs through targets.</summary>
public static class MutationRunner
{
    /// <summary>The seed of a test run: ADIT_SEED if it is set, else always the same, so that a test run repeats.</summary>
    public static int Seed => int.TryParse(Environment.GetEnvironmentVariable("ADIT_SEED"), out int seed) ? seed : 20_250_101;

    /// <summary>How many inputs each target of a test run gets: ADIT_MUTATIONS if it is set, else 100 000.</summary>
    public static int Count => int.TryParse(Environment.GetEnvironmentVariable("ADIT_MUTATIONS"), out int count) && count > 0 ? count : 100_000;

    /// <summary>Runs <paramref name="count"/> inputs.</summary>
    /// <param name="target">Where they go.</param>
    /// <param name="seed">Decides them all.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="MutationFailureException">The target threw; the exception holds the input.</exception>
    public static void Run(FuzzTarget target, int seed, int count)
    {
        var mutator = new Mutator(seed, target.Corpus);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> input = mutator.Next();
            try
            {
                target.Body(input);
            }
            catch (Exception e)
            {
                throw new MutationFailureException(target.Name, seed, i, input.ToArray(), e);
            }
        }
    }
}

using Adit.TestKit.Codecs;

namespace Adit.Wire.Tests.Ssh;

/// <summary>A million mutated inputs over every SSH decoder and the identification exchange; fuzz/ goes on longer. ADIT_SEED chooses others.</summary>
public sealed class SshMutationTests
{
    private const int Inputs = 1_000_000;

    [Fact]
    public void MutatedOctets_NeverThrow_AndWhatDecodesIsStable()
    {
        int each = (Inputs / SshTargets.All.Count) + 1;
        foreach (FuzzTarget target in SshTargets.All) MutationRunner.Run(target, MutationRunner.Seed, each);
        Assert.True(each * SshTargets.All.Count >= Inputs);
    }

    [Fact]
    public void EveryTarget_AcceptsItsOwnCorpus()
    {
        foreach (FuzzTarget target in SshTargets.All)
        {
            foreach (byte[] input in target.Corpus) target.Body(input);
        }

        Assert.Equal(SshTargets.All.Count, SshTargets.All.Select(t => t.Name).Distinct().Count());
    }

    [Fact]
    public void Failure_NamesSeedAndOctets()
    {
        var target = new FuzzTarget("fragile", ["abc"u8.ToArray()], input =>
        {
            if (input.Length == 2) throw new InvalidOperationException("two");
        });
        MutationFailureException failure = Assert.Throws<MutationFailureException>(() => MutationRunner.Run(target, 1, 10_000));
        Assert.Equal(2, failure.Input.Length);
        Assert.Contains("seed 1", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString(failure.Input), failure.Message, StringComparison.Ordinal);
    }
}

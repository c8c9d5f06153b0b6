using Adit.TestKit.Codecs;

namespace Adit.Ssh.Tests.Keys;

public sealed class KeyMutationTests
{
    [Fact]
    public void MutatedInputs_AreRefusedOrHarmless()
    {
        foreach (FuzzTarget target in KeyTargets.All) MutationRunner.Run(target, MutationRunner.Seed, count: 5_000);
        Assert.Equal(7, KeyTargets.All.Count);
    }
}

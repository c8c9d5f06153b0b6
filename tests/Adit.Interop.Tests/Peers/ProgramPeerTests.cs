using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Peers;

public sealed class ProgramPeerTests
{
    [Fact]
    public async Task Program_SaysItsVersion()
    {
        PeerRequired.Installed("setpriv");
        await using AditProgram program = new();

        ProcessResult result = (await program.RunAsync("version")).Succeeded();
        Assert.Matches(@"^adit \d+\.\d+\.\d+\n$", result.Text);
    }
}

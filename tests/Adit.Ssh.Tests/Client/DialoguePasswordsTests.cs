using Adit.Ssh.Client;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Client;

public sealed class DialoguePasswordsTests
{
    [Fact]
    public async Task SuspectHost_IsToldNoSecret()
    {
        var person = new Person("answer");
        var passwords = new DialoguePasswords(person, "me", "host", () => true);

        Assert.Null(await passwords.GetPasswordAsync("me", "host", 0, default));
        Assert.Null(await passwords.AnswerAsync("", "", [new UserauthPrompt("Code: ", false)], default));

        Assert.Empty(person.Questions);
        Assert.Equal(
            ["Password authentication is disabled to avoid man-in-the-middle attacks.", "Keyboard-interactive authentication is disabled to avoid man-in-the-middle attacks."],
            person.Told);
    }

    [Fact]
    public async Task TrustedHost_IsTold()
    {
        var person = new Person("answer");
        var passwords = new DialoguePasswords(person, "me", "host", () => false);

        Assert.Equal("answer", await passwords.GetPasswordAsync("me", "host", 0, default));
        Assert.Equal(["answer"], (await passwords.AnswerAsync("", "", [new UserauthPrompt("Code: ", false)], default))!);

        Assert.Equal(["me@host's password: ", "(me@host) Code: "], person.Questions);
        Assert.Empty(person.Told);
    }
}

using Adit.Platform.Libc;
using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Tests.Libc;

/// <summary>Over the near end of a new pseudo-terminal, which answers for both (pty(7)).</summary>
public sealed class TermiosTests
{
    [Fact]
    public void NewTerminal_HasTheUsualSettings()
    {
        using SafeFileHandle terminal = Open();
        Assert.True(Termios.TryGet(terminal, out Termios settings));
        Assert.Equal(TermiosLocal.Canonical | TermiosLocal.Echo | TermiosLocal.Signals, settings.Local & (TermiosLocal.Canonical | TermiosLocal.Echo | TermiosLocal.Signals));
        Assert.Equal(3, settings[TermiosCharacter.Interrupt]);
        Assert.Equal(0x7f, settings[TermiosCharacter.Erase]);
        Assert.Equal(38_400u, settings.BitsPerSecond);
    }

    [Fact]
    public void RawSettings_AreKept_AndGoBack()
    {
        using SafeFileHandle terminal = Open();
        Assert.True(Termios.TryGet(terminal, out Termios before));
        Assert.True(before.ToRaw().TryApply(terminal, TermiosChange.AfterOutput));
        Assert.True(Termios.TryGet(terminal, out Termios during));
        Assert.Equal(TermiosLocal.None, during.Local & (TermiosLocal.Canonical | TermiosLocal.Echo | TermiosLocal.Signals | TermiosLocal.Extended));
        Assert.Equal(TermiosOutput.None, during.Output & TermiosOutput.Process);
        Assert.Equal(TermiosInput.None, during.Input & (TermiosInput.ReturnToNewLine | TermiosInput.FlowOut));
        Assert.True(before.TryApply(terminal, TermiosChange.Now));
        Assert.True(Termios.TryGet(terminal, out Termios after));
        Assert.True(before == after);
    }

    [Fact]
    public void Modes_GoThereAndBack()
    {
        using SafeFileHandle terminal = Open();
        Assert.True(Termios.TryGet(terminal, out Termios settings));
        settings[TermiosCharacter.Erase] = 8;
        settings[TermiosCharacter.Interrupt] = 0;
        settings.Local ^= TermiosLocal.Echo | TermiosLocal.StopBackgroundOutput;
        settings.Input ^= TermiosInput.Utf8 | TermiosInput.FlowAny;
        settings.Output ^= TermiosOutput.NewLineToReturnNewLine;
        settings.Control = (settings.Control & ~TermiosControl.EightBits) | TermiosControl.SevenBits | TermiosControl.Parity;
        settings.BitsPerSecond = 115_200;
        IReadOnlyList<(byte Opcode, uint Value)> modes = settings.ToModes();
        Assert.Contains(((byte)1, 255u), modes); // VINTR
        Assert.Contains(((byte)3, 8u), modes); // VERASE
        Assert.Contains(((byte)90, 1u), modes); // CS7
        Assert.Contains(((byte)128, 115_200u), modes); // TTY_OP_ISPEED
        Assert.True(Termios.TryGet(terminal, out Termios other));
        Assert.True(settings == other.With(modes));
    }

    [Fact]
    public void UnknownModes_ChangeNothing()
    {
        using SafeFileHandle terminal = Open();
        Assert.True(Termios.TryGet(terminal, out Termios settings));
        Assert.True(settings == settings.With([(11, 1), (17, 1), (29, 1), (49, 1), (69, 1), (89, 1), (127, 1), (128, 12_345), (159, 1)]));
    }

    [Fact]
    public void WindowSize_IsKept()
    {
        using SafeFileHandle terminal = Open();
        Assert.True(new WindowSize(31, 101, 640, 480).TryApply(terminal));
        Assert.True(WindowSize.TryGet(terminal, out WindowSize size));
        Assert.Equal(new WindowSize(31, 101, 640, 480), size);
    }

    [Fact]
    public void File_IsNoTerminal()
    {
        using SafeFileHandle file = File.OpenHandle("/dev/null");
        Assert.False(Termios.TryGet(file, out _));
        Assert.False(WindowSize.TryGet(file, out _));
        Assert.False(Termios.IsTerminal((int)file.DangerousGetHandle()));
        using SafeFileHandle terminal = Open();
        Assert.True(Termios.IsTerminal((int)terminal.DangerousGetHandle()));
    }

    private static SafeFileHandle Open() => File.OpenHandle("/dev/ptmx", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
}

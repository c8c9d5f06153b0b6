namespace Adit.Wire.Ssh;

/// <summary>One question of a <see cref="UserauthInfoRequestMessage"/>.</summary>
/// <param name="Text">The question; the receiver filters control characters before it shows it.</param>
/// <param name="Echo">Whether the answer may be seen while it is typed.</param>
public readonly record struct UserauthPrompt(string Text, bool Echo);

namespace Adit.Gateway.Composition;

/// <summary>What a reload did.</summary>
/// <param name="Kept">Sections that did not change: their listeners and connections are as they were.</param>
/// <param name="Stopped">Sections that are gone or were changed.</param>
/// <param name="Started">Sections that are new or were changed.</param>
public sealed record ReloadResult(int Kept, int Stopped, int Started)
{
    /// <inheritdoc/>
    public override string ToString() => Stopped == 0 && Started == 0 ? $"nothing changed ({Kept} kept)" : $"{Started} started, {Stopped} stopped, {Kept} kept";
}

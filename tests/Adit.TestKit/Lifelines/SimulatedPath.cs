using Adit.Core.Lifeline;

namespace Adit.TestKit.Lifelines;

/// <summary>A path of a <see cref="SimulatedNetwork"/>.</summary>
public sealed class SimulatedPath(PathConditions conditions, LifelineProfile profile, LifelineClientHandshake handshake)
{
    public PathConditions Conditions { get; set; } = conditions;

    public LifelineProfile Profile => profile;

    public LifelineClientHandshake Handshake => handshake;

    public LifelinePath? Client { get; set; }

    public LifelinePath? Served { get; set; }

    public long ClientFreeAt { get; set; }

    public long ServerFreeAt { get; set; }
}

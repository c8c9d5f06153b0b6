using Adit.Gateway.Status;

namespace Adit.Gateway.Hops;

/// <summary>A hop that knows more of itself than what dials through it told.</summary>
internal interface IDescribedHop
{
    /// <summary>Adds what it knows.</summary>
    HopStatus Describe(HopStatus status);
}

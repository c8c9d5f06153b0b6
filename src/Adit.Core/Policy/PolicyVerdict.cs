namespace Adit.Core.Policy;

/// <summary>What a policy says of one request, and which rule said it.</summary>
/// <param name="Allowed">Whether it may be done.</param>
/// <param name="Rule">The rule, in words a person reads in a log or a refusal: <c>deny 10.0.0.0/8</c>, or the default's.</param>
public readonly record struct PolicyVerdict(bool Allowed, string Rule);

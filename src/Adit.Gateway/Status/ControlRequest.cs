namespace Adit.Gateway.Status;

/// <summary>What is asked over a control socket.</summary>
/// <param name="Ask">The word; only <c>status</c> is known.</param>
/// <param name="Connections">The most connections that a section may list; null for <see cref="ControlSocket.UsualConnections"/>.</param>
internal sealed record ControlRequest(string? Ask, int? Connections = null);

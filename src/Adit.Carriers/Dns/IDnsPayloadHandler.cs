namespace Adit.Carriers.Dns;

/// <summary>What stands behind a <see cref="DnsAuthority"/>: takes payloads and fills answers. Called under the authority's own caller, never at the same time.</summary>
public interface IDnsPayloadHandler
{
    /// <summary>Takes a payload; each comes once, however often its query is repeated.</summary>
    /// <param name="query">The query.</param>
    /// <param name="payload">What its name carries.</param>
    /// <param name="answer">Room for the answer's payload: all that fits.</param>
    /// <param name="length">Octets of the answer, when it was filled; may be 0.</param>
    /// <param name="hold">For how many microseconds the query may be held, when it is.</param>
    DnsPayloadVerdict Receive(in DnsPayloadQuery query, ReadOnlySpan<byte> payload, Span<byte> answer, out int length, out long hold);

    /// <summary>Fills the answer of a held query, which is sent now: it was released, its time is up, or its asker is impatient.</summary>
    /// <param name="query">The query.</param>
    /// <param name="answer">Room for the answer's payload.</param>
    /// <returns>Octets of the answer; 0 when there is nothing to say.</returns>
    int Fill(in DnsPayloadQuery query, Span<byte> answer);

    /// <summary>A held query was repeated: its resolver does not wait for so long, and the next should be held for half the time.</summary>
    /// <param name="query">The query.</param>
    void OnRepeated(in DnsPayloadQuery query);

    /// <summary>Whether a probe that is held may be answered to one more asker: they need no key, so each counts like another probe.</summary>
    /// <param name="origin">Who asks.</param>
    bool MayRepeatProbe(DnsOrigin origin) => true;
}

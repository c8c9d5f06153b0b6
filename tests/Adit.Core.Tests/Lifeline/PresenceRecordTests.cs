using Adit.Core.Lifeline;
using Adit.Wire.Lifeline;

namespace Adit.Core.Tests.Lifeline;

public sealed class PresenceRecordTests
{
    [Fact]
    public void Record_IsAuthentic_ForItsKeysAndItsPlaceAlone()
    {
        CarrierKey a = CarrierKey.Generate(), b = CarrierKey.Generate();
        byte[] record = PresenceRecord.Make([a, b], "adit/gateway/p"u8);
        Assert.True(PresenceRecord.IsAuthentic(record, a, "adit/gateway/p"u8));
        Assert.True(PresenceRecord.IsAuthentic(record, b, "adit/gateway/p"u8));
        Assert.False(PresenceRecord.IsAuthentic(record, CarrierKey.Generate(), "adit/gateway/p"u8));
        Assert.False(PresenceRecord.IsAuthentic(record, a, "adit/other/p"u8));
        Assert.False(PresenceRecord.IsAuthentic([], a, "adit/gateway/p"u8));
        Assert.NotEqual(record, PresenceRecord.Make([a, b], "adit/gateway/p"u8)); // a fresh nonce
    }

    [Fact]
    public void Record_ThatWasChangedAnywhere_IsNone()
    {
        CarrierKey key = CarrierKey.Generate();
        byte[] record = PresenceRecord.Make([key], "p"u8);
        for (int i = 0; i < record.Length; i++)
        {
            record[i] ^= 1;
            Assert.False(PresenceRecord.IsAuthentic(record, key, "p"u8));
            record[i] ^= 1;
        }

        Assert.True(PresenceRecord.IsAuthentic(record, key, "p"u8));
    }

    /// <summary>docs/protocols/mqtt.md §6, by RFC 5869's formulas with Python's hmac.</summary>
    [Fact]
    public void Tag_IsThatOfTheDocument()
    {
        byte[] secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        var key = new CarrierKey(secret);
        byte[] record = [0x14, .. secret[..12], .. key.Hint.Span, .. Convert.FromHexString("04761cc5e4528a7a89f55ef91d8fdaad")];
        Assert.True(PresenceRecord.IsAuthentic(record, key, "adit/gateway/p"u8));
    }

    [Fact]
    public void Keys_AreBounded() => Assert.Throws<ArgumentException>(() => PresenceRecord.Make([.. Enumerable.Repeat(CarrierKey.Generate(), LifelinePresence.MostEntries + 1)], "p"u8));
}

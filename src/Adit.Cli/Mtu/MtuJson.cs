using System.Text.Json.Serialization;

namespace Adit.Cli.Mtu;

/// <summary>The form of <see cref="MtuAnswer"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(MtuAnswer))]
internal sealed partial class MtuJson : JsonSerializerContext;

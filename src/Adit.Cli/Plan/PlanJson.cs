using System.Text.Json.Serialization;
using Adit.Gateway.Planning;

namespace Adit.Cli.Plan;

/// <summary>The form of plans in JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ConfigurationPlan))]
internal sealed partial class PlanJson : JsonSerializerContext;

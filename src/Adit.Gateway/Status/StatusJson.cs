using System.Text.Json.Serialization;

namespace Adit.Gateway.Status;

/// <summary>The form of statuses on the wire.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProcessStatus))]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlFault))]
internal sealed partial class StatusJson : JsonSerializerContext;

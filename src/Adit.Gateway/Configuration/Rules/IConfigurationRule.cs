namespace Adit.Gateway.Configuration.Rules;

/// <summary>One rule across keys.</summary>
internal interface IConfigurationRule
{
    /// <summary>What breaks the rule: the path of the key, and <c>expected …, got …</c>.</summary>
    IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration);
}

namespace Adit.Gateway.Configuration.Rules;

/// <summary>A key belongs to a certificate.</summary>
internal sealed class WebFilesRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        if (configuration.Gateway is { CertificateKey: not null, Certificate: null }) yield return ("gateway.certificate-key", "expected certificate: beside it, got none");
    }
}

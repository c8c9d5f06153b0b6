using System.Security.Cryptography;

namespace Adit.Core.Lifeline;

/// <summary>The secret that a client and a server share for message carriers: 32 octets. It authenticates datagrams; SSH inside authenticates people.</summary>
public sealed class CarrierKey
{
    private readonly byte[] _secret;

    /// <summary>Takes a secret.</summary>
    /// <param name="secret">32 octets.</param>
    public CarrierKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != LifelineKeys.SecretLength) throw new ArgumentException($"carrier key: expected {LifelineKeys.SecretLength} octets, got {secret.Length}", nameof(secret));
        _secret = secret.ToArray();
        Hint = LifelineKeys.Hint(_secret);
    }

    /// <summary>Which key it is, for a server that has several: 4 octets that tell nothing about the secret.</summary>
    public ReadOnlyMemory<byte> Hint { get; }

    internal ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Makes a new one.</summary>
    public static CarrierKey Generate() => new(RandomNumberGenerator.GetBytes(LifelineKeys.SecretLength));
}

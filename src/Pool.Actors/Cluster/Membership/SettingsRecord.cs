using System.Security.Cryptography;

namespace Pool.Actors.Cluster.Membership;

/// <summary>What the nodes of a cluster must agree in, as the first member wrote it.</summary>
/// <param name="V">The version of the record.</param>
/// <param name="Salt">Makes the verifier of the same secret another one elsewhere.</param>
/// <param name="Verifier">Made of the secret, which cannot be told from it.</param>
internal sealed record SettingsRecord(int V, byte[] Salt, byte[] Verifier)
{
    private const int Iterations = 100_000;

    /// <summary>The record of a cluster with this secret, or none.</summary>
    public static SettingsRecord Of(string? secret)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return new SettingsRecord(ClusterProtocol.Current, salt, VerifierOf(secret, salt));
    }

    /// <summary>True if the cluster has this secret.</summary>
    public bool Matches(string? secret) => CryptographicOperations.FixedTimeEquals(VerifierOf(secret, Salt), Verifier);

    private static byte[] VerifierOf(string? secret, byte[] salt) =>
        secret is null ? [] : Rfc2898DeriveBytes.Pbkdf2(secret, salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
}

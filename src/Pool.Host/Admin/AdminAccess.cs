using System.Security.Cryptography;
using System.Text;

namespace Pool.Host.Admin;

/// <summary>Who may see sessions and pools: whoever knows the token, or everybody if there is none. Keeps only its hash. Thread-safe.</summary>
public sealed class AdminAccess
{
    private const string Scheme = "Bearer ";
    private volatile byte[]? _tokenHash;

    /// <summary>Replaces the token; null for none.</summary>
    public void Replace(string? token) => _tokenHash = token is null ? null : Hash(token);

    /// <summary>The token that is wanted is not known: whoever knows the one before may pass, and nobody if there was none.</summary>
    public void Withhold() => _tokenHash ??= [];

    /// <summary>True if a request with this Authorization header may pass. Takes as long for a nearly right token as for any.</summary>
    public bool Allows(string? authorization) =>
        _tokenHash is not { } expected
        || (authorization is not null
            && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(Hash(authorization[Scheme.Length..].Trim()), expected));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

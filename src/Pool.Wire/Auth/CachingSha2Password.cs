using System.Security.Cryptography;

namespace Pool.Wire.Auth;

/// <summary>
/// caching_sha2_password. Fast: the client sends SHA256(password) XOR SHA256(SHA256(SHA256(password)) + salt), which a server
/// can check that remembers the inner double hash. Full: the password itself, over TLS or encrypted with the server's RSA key.
/// Passwords are UTF-8. An empty password has an empty response.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html"/>
/// </summary>
public static class CachingSha2Password
{
    /// <summary>Bytes of a fast response and of a remembered hash.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>From the client: send the RSA public key.</summary>
    public const byte PublicKeyRequest = 2;

    /// <summary>From the server: the fast response was right.</summary>
    public const byte FastAuthSucceeded = 3;

    /// <summary>From the server: the password itself is needed.</summary>
    public const byte FullAuthNeeded = 4;

    private static readonly DoubleHash s_hash = new(HashAlgorithmName.SHA256, Length, saltFirst: false);

    /// <summary>What a server remembers for the fast way: SHA256(SHA256(password)).</summary>
    public static byte[] Store(ReadOnlySpan<byte> password) => s_hash.Store(password);

    /// <summary>The client's fast response to a salt.</summary>
    public static byte[] Respond(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt) => s_hash.Respond(password, salt);

    /// <summary>True if the fast response was made with the stored password. Takes the same time whatever differs.</summary>
    public static bool Verify(ReadOnlySpan<byte> response, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> stored) =>
        s_hash.Verify(response, salt, stored);

    /// <summary>
    /// Masks, or unmasks, in place the password (with its NUL) that goes through RSA: XOR with the salt, repeated. It keeps a
    /// recorded packet from being played again.
    /// </summary>
    public static void Obfuscate(Span<byte> password, ReadOnlySpan<byte> salt)
    {
        for (var i = 0; i < password.Length; i++)
        {
            password[i] ^= salt[i % salt.Length];
        }
    }
}

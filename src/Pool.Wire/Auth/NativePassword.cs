using System.Security.Cryptography;

namespace Pool.Wire.Auth;

/// <summary>
/// mysql_native_password. The client sends SHA1(password) XOR SHA1(salt + SHA1(SHA1(password))); the server keeps the inner
/// double hash. Passwords are UTF-8. An empty password is no matter of hashes: its response is empty.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html"/>
/// </summary>
public static class NativePassword
{
    /// <summary>Bytes of a response and of a stored hash.</summary>
    public const int Length = SHA1.HashSizeInBytes;

    private static readonly DoubleHash s_hash = new(HashAlgorithmName.SHA1, Length, saltFirst: true);

    /// <summary>What a server keeps: SHA1(SHA1(password)).</summary>
    public static byte[] Store(ReadOnlySpan<byte> password) => s_hash.Store(password);

    /// <summary>The client's response to a salt.</summary>
    public static byte[] Respond(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt) => s_hash.Respond(password, salt);

    /// <summary>True if the response was made with the stored password. Takes the same time whatever differs.</summary>
    public static bool Verify(ReadOnlySpan<byte> response, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> stored) =>
        s_hash.Verify(response, salt, stored);
}

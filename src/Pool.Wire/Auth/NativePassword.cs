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

    /// <summary>What a server keeps: SHA1(SHA1(password)).</summary>
    public static byte[] Store(ReadOnlySpan<byte> password)
    {
        Span<byte> inner = stackalloc byte[Length];
        SHA1.HashData(password, inner);
        return SHA1.HashData(inner);
    }

    /// <summary>The client's response to a salt.</summary>
    public static byte[] Respond(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt)
    {
        var response = SHA1.HashData(password);
        Mask(response, salt, SHA1.HashData(response));
        return response;
    }

    /// <summary>True if the response was made with the stored password. Takes the same time whatever differs.</summary>
    public static bool Verify(ReadOnlySpan<byte> response, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> stored)
    {
        if (response.Length != Length || stored.Length != Length)
        {
            return false;
        }

        Span<byte> inner = stackalloc byte[Length];
        response.CopyTo(inner);
        Mask(inner, salt, stored);
        Span<byte> outer = stackalloc byte[Length];
        SHA1.HashData(inner, outer);
        return CryptographicOperations.FixedTimeEquals(outer, stored);
    }

    private static void Mask(Span<byte> value, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> stored)
    {
        Span<byte> mask = stackalloc byte[Length];
        SHA1.HashData([.. salt, .. stored], mask);
        for (var i = 0; i < Length; i++)
        {
            value[i] ^= mask[i];
        }
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Pool.Load;

/// <summary>
/// Proofs of a password for the two common authentication methods.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html"/>
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html"/>
/// </summary>
internal static class Scramble
{
    public const string NativePassword = "mysql_native_password";
    public const string CachingSha2 = "caching_sha2_password";

    /// <summary>The answer to a nonce of 20 bytes; empty for an empty password.</summary>
    public static byte[] Prove(string plugin, string password, ReadOnlySpan<byte> nonce) => (plugin, password) switch
    {
        (_, "") => [],
        (NativePassword, _) => Native(Encoding.UTF8.GetBytes(password), nonce),
        (CachingSha2, _) => Sha2(Encoding.UTF8.GetBytes(password), nonce),
        _ => throw new ServerError(ServerError.WrongAnswer, $"the server wants {plugin}, which is not spoken here"),
    };

    /// <summary>The password for the server's eyes only: under its RSA key, given as PEM.</summary>
    public static byte[] Encrypt(string password, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> publicKey)
    {
        var bytes = Encoding.UTF8.GetBytes(password + '\0');
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= nonce[i % nonce.Length];
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(Encoding.ASCII.GetString(publicKey));
        return rsa.Encrypt(bytes, RSAEncryptionPadding.OaepSHA1);
    }

    private static byte[] Native(byte[] password, ReadOnlySpan<byte> nonce)
    {
        var once = SHA1.HashData(password);
        return Xor(once, SHA1.HashData([.. nonce, .. SHA1.HashData(once)]));
    }

    private static byte[] Sha2(byte[] password, ReadOnlySpan<byte> nonce)
    {
        var once = SHA256.HashData(password);
        return Xor(once, SHA256.HashData([.. SHA256.HashData(once), .. nonce]));
    }

    private static byte[] Xor(byte[] left, byte[] right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            left[i] ^= right[i];
        }

        return left;
    }
}

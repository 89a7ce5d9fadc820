using System.Security.Cryptography;
using System.Text;
using Pool.Wire.Auth;

namespace Pool.Actors.Backends.Login;

/// <summary>
/// What to answer where a server asks for a password. The password is fetched for each answer, and its bytes are wiped.
/// </summary>
internal static class BackendAnswer
{
    /// <summary>The answer to a salt; empty if there is no password.</summary>
    public static byte[] ToSalt(AuthMethod method, byte[] salt, Func<string?> password) => WithPassword(password, bytes => method switch
    {
        _ when bytes.Length == 0 => [],
        AuthMethod.NativePassword => NativePassword.Respond(bytes, salt),
        _ => CachingSha2Password.Respond(bytes, salt),
    });

    /// <summary>The password with its NUL: for encrypted transports only.</summary>
    public static byte[] Clear(Func<string?> password) => WithPassword(password, bytes => [.. bytes, 0]);

    /// <summary>
    /// The password, masked with the salt and encrypted with the server's key (PEM); null if that is no RSA key, or one too
    /// small for the password.
    /// </summary>
    public static byte[]? Encrypted(string publicKey, byte[] salt, Func<string?> password)
    {
        using var rsa = RSA.Create();
        var clear = Clear(password);
        try
        {
            rsa.ImportFromPem(publicKey);
            CachingSha2Password.Obfuscate(clear, salt);
            return rsa.Encrypt(clear, RSAEncryptionPadding.OaepSHA1);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    private static byte[] WithPassword(Func<string?> password, Func<byte[], byte[]> answer)
    {
        var bytes = Encoding.UTF8.GetBytes(password() ?? "");
        var result = answer(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return result;
    }
}

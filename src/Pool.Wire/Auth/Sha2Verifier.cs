using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pool.Wire.Auth;

/// <summary>
/// A stored password of MySQL's caching_sha2_password, as <c>mysql.user.authentication_string</c> has it:
/// <c>$A$</c>, rounds in thousands as three hexadecimal digits, <c>$</c>, 20 bytes of salt, 43 characters of hash.
/// The hash is the well-known SHA-256 crypt, with all 20 bytes of the salt. Immutable; checking takes milliseconds.
/// <see href="https://www.akkadia.org/drepper/SHA-crypt.txt"/>
/// </summary>
public sealed class Sha2Verifier
{
    /// <summary>The longest password that the servers take, in bytes.</summary>
    public const int MaxPasswordBytes = 256;

    private const int SaltLength = 20;
    private const int HashLength = 43;
    private const int HeadLength = 7;

    private readonly byte[] _salt;
    private readonly byte[] _hash;
    private readonly int _rounds;

    private Sha2Verifier(byte[] salt, byte[] hash, int rounds)
    {
        _salt = salt;
        _hash = hash;
        _rounds = rounds;
    }

    /// <summary>
    /// Reads the stored form: the text itself (a character per byte), or <c>0x</c> and hexadecimal digits as
    /// <c>SHOW CREATE USER</c> prints it with <c>print_identified_with_as_hex</c>, since salts have control characters.
    /// Null if it is neither.
    /// </summary>
    public static Sha2Verifier? TryParse(string stored)
    {
        var bytes = ToBytes(stored);
        if (bytes.Length != HeadLength + SaltLength + HashLength
            || !bytes.AsSpan().StartsWith("$A$"u8)
            || bytes[HeadLength - 1] != (byte)'$'
            || !Utf8Parser.TryParse(bytes.AsSpan(3, 3), out int thousands, out var used, 'X')
            || used != 3
            || thousands == 0)
        {
            return null;
        }

        return new Sha2Verifier(bytes[HeadLength..(HeadLength + SaltLength)], bytes[(HeadLength + SaltLength)..], thousands * 1000);
    }

    /// <summary>
    /// A verifier with a random salt that no password fits, as expensive as a real one: what an unknown user is checked against.
    /// </summary>
    /// <param name="salt">20 bytes that an outsider cannot guess.</param>
    public static Sha2Verifier Decoy(ReadOnlySpan<byte> salt)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltLength);
        return new Sha2Verifier(salt.ToArray(), new byte[HashLength], 5000);
    }

    /// <summary>True if the password (UTF-8, without a NUL) is the one that was stored.</summary>
    public bool Verify(ReadOnlySpan<byte> password)
    {
        if (password.Length > MaxPasswordBytes)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[HashLength];
        Sha256Crypt.Hash(password, _salt, _rounds, hash);
        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }

    private static byte[] ToBytes(string stored)
    {
        if (!stored.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return Encoding.Latin1.GetBytes(stored);
        }

        var bytes = new byte[stored.Length / 2];
        return Convert.FromHexString(stored.AsSpan(2), bytes, out _, out var written) == System.Buffers.OperationStatus.Done
            ? bytes[..written]
            : [];
    }
}

using System.Security.Cryptography;

namespace Pool.Wire.Auth;

/// <summary>
/// SHA-256 crypt, without its limit of 16 bytes of salt, which MySQL does not have. Step numbers are those of the
/// specification. <see href="https://www.akkadia.org/drepper/SHA-crypt.txt"/>
/// </summary>
internal static class Sha256Crypt
{
    private const int Block = SHA256.HashSizeInBytes;

    // Crypt's own base-64 digits, and the order in which it takes the digest's bytes (three at a time, high one first).
    private static ReadOnlySpan<byte> Digits => "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;

    private static ReadOnlySpan<byte> Order =>
    [
        0, 10, 20, 21, 1, 11, 12, 22, 2, 3, 13, 23, 24, 4, 14, 15, 25, 5, 6, 16, 26, 27, 7, 17, 18, 28, 8, 9, 19, 29,
    ];

    /// <summary>Writes the 43 characters of the hash. Neither password nor salt may be long: both are copied on the stack.</summary>
    public static void Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int rounds, Span<byte> destination)
    {
        Span<byte> digest = stackalloc byte[Block];
        Span<byte> passwordBytes = stackalloc byte[password.Length];
        Span<byte> saltBytes = stackalloc byte[salt.Length];
        Start(password, salt, digest);
        SpreadPassword(password, passwordBytes);
        SpreadSalt(salt, digest[0], saltBytes);

        Span<byte> input = stackalloc byte[Block + saltBytes.Length + (2 * passwordBytes.Length)];
        for (var round = 0; round < rounds; round++)
        {
            // Step 21.
            var odd = (round & 1) == 1;
            var length = Append(input, 0, odd ? passwordBytes : digest);
            length = round % 3 != 0 ? Append(input, length, saltBytes) : length;
            length = round % 7 != 0 ? Append(input, length, passwordBytes) : length;
            length = Append(input, length, odd ? digest : passwordBytes);
            SHA256.HashData(input[..length], digest);
        }

        Encode(digest, destination);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(passwordBytes);
    }

    /// <summary>Steps 1 to 12.</summary>
    private static void Start(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(password);
        hash.AppendData(salt);
        hash.AppendData(password);
        Span<byte> alternate = stackalloc byte[Block];
        hash.GetHashAndReset(alternate);

        hash.AppendData(password);
        hash.AppendData(salt);
        AppendRepeated(hash, alternate, password.Length);
        for (var bits = password.Length; bits > 0; bits >>= 1)
        {
            hash.AppendData((bits & 1) != 0 ? alternate : password);
        }

        hash.GetHashAndReset(digest);
    }

    /// <summary>Steps 13 to 16.</summary>
    private static void SpreadPassword(ReadOnlySpan<byte> password, Span<byte> spread)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < password.Length; i++)
        {
            hash.AppendData(password);
        }

        Repeat(hash, spread);
    }

    /// <summary>Steps 17 to 20.</summary>
    private static void SpreadSalt(ReadOnlySpan<byte> salt, byte first, Span<byte> spread)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < 16 + first; i++)
        {
            hash.AppendData(salt);
        }

        Repeat(hash, spread);
    }

    private static void AppendRepeated(IncrementalHash hash, ReadOnlySpan<byte> block, int length)
    {
        for (; length > 0; length -= Block)
        {
            hash.AppendData(block[..Math.Min(length, Block)]);
        }
    }

    private static void Repeat(IncrementalHash hash, Span<byte> destination)
    {
        Span<byte> digest = stackalloc byte[Block];
        hash.GetHashAndReset(digest);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = digest[i % Block];
        }
    }

    private static int Append(Span<byte> input, int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(input[at..]);
        return at + bytes.Length;
    }

    /// <summary>Step 22: 30 bytes as ten groups of four digits, the last two as three.</summary>
    private static void Encode(ReadOnlySpan<byte> digest, Span<byte> destination)
    {
        var at = 0;
        for (var i = 0; i < Order.Length; i += 3)
        {
            var group = (digest[Order[i]] << 16) | (digest[Order[i + 1]] << 8) | digest[Order[i + 2]];
            at = WriteGroup(group, 4, destination, at);
        }

        WriteGroup((digest[31] << 8) | digest[30], 3, destination, at);
    }

    private static int WriteGroup(int group, int count, Span<byte> destination, int at)
    {
        for (var i = 0; i < count; i++, group >>= 6)
        {
            destination[at + i] = Digits[group & 63];
        }

        return at + count;
    }
}

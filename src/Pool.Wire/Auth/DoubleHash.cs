using System.Security.Cryptography;

namespace Pool.Wire.Auth;

/// <summary>
/// What the password methods have in common, each with a hash H of its own: the server keeps H(H(password)), and the client answers a
/// salt with H(password) XOR H(the salt and what the server keeps).
/// </summary>
/// <param name="hash">The name of H.</param>
/// <param name="length">Bytes of H.</param>
/// <param name="saltFirst">The salt is hashed before what the server keeps, not after it.</param>
internal sealed class DoubleHash(HashAlgorithmName hash, int length, bool saltFirst)
{
    /// <summary>What the server keeps.</summary>
    public byte[] Store(ReadOnlySpan<byte> password)
    {
        // As good as the password, as in Verify: not left behind on the heap.
        Span<byte> inner = stackalloc byte[length];
        CryptographicOperations.HashData(hash, password, inner);
        return CryptographicOperations.HashData(hash, inner);
    }

    /// <summary>The client's response to a salt.</summary>
    public byte[] Respond(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt)
    {
        var response = CryptographicOperations.HashData(hash, password);
        Mask(response, salt, CryptographicOperations.HashData(hash, response));
        return response;
    }

    /// <summary>True if the response was made with the stored password. Takes the same time whatever differs.</summary>
    public bool Verify(ReadOnlySpan<byte> response, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> stored)
    {
        if (response.Length != length || stored.Length != length)
        {
            return false;
        }

        Span<byte> inner = stackalloc byte[length];
        response.CopyTo(inner);
        Mask(inner, salt, stored);
        return CryptographicOperations.FixedTimeEquals(CryptographicOperations.HashData(hash, inner), stored);
    }

    private void Mask(Span<byte> value, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> stored)
    {
        var mask = CryptographicOperations.HashData(hash, saltFirst ? [.. salt, .. stored] : [.. stored, .. salt]);
        for (var i = 0; i < length; i++)
        {
            value[i] ^= mask[i];
        }
    }
}

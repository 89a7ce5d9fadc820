using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Pool.Wire.Auth;

/// <summary>The random bytes of a greeting, which a client's answer is hashed with: kept in place, since every session has some.</summary>
[InlineArray(Scramble.Length)]
public struct Salt
{
    private byte _first;

    /// <summary>Draws one. Servers use no NUL, which ends the salt on the wire, and no '$', which ends it in stored hashes.</summary>
    public static Salt Draw()
    {
        var salt = default(Salt);
        RandomNumberGenerator.Fill(salt);
        foreach (ref var value in (Span<byte>)salt)
        {
            while (value is 0 or (byte)'$')
            {
                value = (byte)RandomNumberGenerator.GetInt32(1, 256);
            }
        }

        return salt;
    }

    /// <summary>A copy of the bytes.</summary>
    public readonly byte[] ToArray() => ((ReadOnlySpan<byte>)this).ToArray();
}

using System.Security.Cryptography;
using Pool.Wire.Auth;

namespace Pool.Wire.Tests.Auth;

public sealed class CachingSha2PasswordTests
{
    private static readonly byte[] s_salt = [.. Enumerable.Range(1, Scramble.Length).Select(i => (byte)i)];

    [Fact]
    public void A_response_verifies_against_its_own_password_only()
    {
        var response = CachingSha2Password.Respond("password"u8, s_salt);

        Assert.True(CachingSha2Password.Verify(response, s_salt, CachingSha2Password.Store("password"u8)));
        Assert.False(CachingSha2Password.Verify(response, s_salt, CachingSha2Password.Store("Password"u8)));
        Assert.False(CachingSha2Password.Verify(response, [.. s_salt[..19], 0x7F], CachingSha2Password.Store("password"u8)));
        for (var i = 0; i < response.Length; i++)
        {
            response[i] ^= 1;
            Assert.False(CachingSha2Password.Verify(response, s_salt, CachingSha2Password.Store("password"u8)), $"byte {i} does not matter");
            response[i] ^= 1;
        }
    }

    [Fact]
    public void The_response_is_the_formula_of_the_documentation()
    {
        var once = SHA256.HashData("password"u8);
        var mask = SHA256.HashData([.. SHA256.HashData(once), .. s_salt]);

        Assert.Equal(once.Zip(mask, (a, b) => (byte)(a ^ b)), CachingSha2Password.Respond("password"u8, s_salt));
    }

    [Fact]
    public void Responses_of_another_length_are_wrong_and_no_crash()
    {
        for (var length = 0; length < 64; length++)
        {
            Assert.False(CachingSha2Password.Verify(new byte[length], s_salt, CachingSha2Password.Store("x"u8)));
            Assert.False(CachingSha2Password.Verify(new byte[32], s_salt, new byte[length]));
        }
    }

    [Fact]
    public void The_mask_repeats_the_salt_and_undoes_itself()
    {
        var password = new byte[50];
        CachingSha2Password.Obfuscate(password, s_salt);
        Assert.Equal([.. s_salt, .. s_salt, .. s_salt[..10]], password);

        CachingSha2Password.Obfuscate(password, s_salt);
        Assert.Equal(new byte[50], password);
    }
}

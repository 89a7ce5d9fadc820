using Pool.Wire.Auth;

namespace Pool.Wire.Tests.Auth;

public sealed class NativePasswordTests
{
    private static readonly byte[] s_salt = [.. Enumerable.Range(1, Scramble.Length).Select(i => (byte)i)];

    [Fact]
    public void The_stored_form_is_what_the_PASSWORD_function_of_servers_answers() =>
        Assert.Equal("2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", Convert.ToHexString(NativePassword.Store("password"u8)));

    [Theory]
    [InlineData("password")]
    [InlineData("p")]
    [InlineData("ßäö €")]
    public void A_response_verifies_against_its_own_password_only(string password)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(password);
        var response = NativePassword.Respond(bytes, s_salt);

        Assert.True(NativePassword.Verify(response, s_salt, NativePassword.Store(bytes)));
        Assert.False(NativePassword.Verify(response, s_salt, NativePassword.Store("other"u8)));
        Assert.False(NativePassword.Verify(response, [.. s_salt[..19], 0x7F], NativePassword.Store(bytes)));
        for (var i = 0; i < response.Length; i++)
        {
            response[i] ^= 1;
            Assert.False(NativePassword.Verify(response, s_salt, NativePassword.Store(bytes)), $"byte {i} does not matter");
            response[i] ^= 1;
        }
    }

    [Fact]
    public void Responses_of_another_length_are_wrong_and_no_crash()
    {
        var stored = NativePassword.Store("password"u8);
        for (var length = 0; length < 64; length++)
        {
            Assert.False(NativePassword.Verify(new byte[length], s_salt, stored));
            Assert.False(NativePassword.Verify(new byte[20], s_salt, new byte[length]));
        }
    }
}

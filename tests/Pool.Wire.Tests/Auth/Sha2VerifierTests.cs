using System.Text;
using Pool.Wire.Auth;

namespace Pool.Wire.Tests.Auth;

/// <summary>The hashes are from <c>mysql.user</c> of a MySQL 9.7.4 that was given the passwords.</summary>
public sealed class Sha2VerifierTests
{
    private const string Short =
        "0x244124303041241B3735491C283D7E6235282E263A474F70481F6D4535735A717A413538585974524758784A664A6642747879364F746F4568765758507776764E396F505A34";

    [Theory]
    [InlineData(Short, "correct horse")]
    [InlineData("0x2441243030412474764A220D11571F023D08565A0E0963392A546B4D4E416E6C6863776B7A4A42376467675378514F7847735A2F626E55566759442F794A6533707835513332", "pässwört-ßß")]
    [InlineData("0x24412430304124164E056A58377010077733336B412D391B22610E56446E67746F3041356C4A664F673278576F656558775341444D6241655745574F652F44552E5233515A37", "a long password of more than thirty two bytes, so that blocks repeat")]
    public void The_password_of_a_servers_hash_verifies_and_no_other(string stored, string password)
    {
        var verifier = Sha2Verifier.TryParse(stored);

        Assert.NotNull(verifier);
        Assert.True(verifier.Verify(Encoding.UTF8.GetBytes(password)));
        Assert.False(verifier.Verify(Encoding.UTF8.GetBytes(password + "x")));
        Assert.False(verifier.Verify(Encoding.UTF8.GetBytes(password[1..])));
        Assert.False(verifier.Verify([]));
    }

    [Fact]
    public void The_text_itself_is_read_like_its_hexadecimal_form()
    {
        var text = Encoding.Latin1.GetString(Convert.FromHexString(Short[2..]));

        Assert.True(Sha2Verifier.TryParse(text)!.Verify("correct horse"u8));
    }

    [Fact]
    public void What_is_no_stored_password_is_no_verifier()
    {
        var text = Encoding.Latin1.GetString(Convert.FromHexString(Short[2..]));
        for (var length = 0; length < text.Length; length++)
        {
            Assert.Null(Sha2Verifier.TryParse(text[..length]));
            Assert.Null(Sha2Verifier.TryParse(Short[..length]));
        }

        Assert.Null(Sha2Verifier.TryParse(text + "x"));
        Assert.Null(Sha2Verifier.TryParse("$B" + text[2..]));
        Assert.Null(Sha2Verifier.TryParse("$A$000$" + text[7..]));
        Assert.Null(Sha2Verifier.TryParse("$A$0x1$" + text[7..]));
        Assert.Null(Sha2Verifier.TryParse("0x" + new string('g', 140)));
    }

    [Fact]
    public void Passwords_longer_than_the_servers_take_are_wrong() =>
        Assert.False(Sha2Verifier.TryParse(Short)!.Verify(new byte[Sha2Verifier.MaxPasswordBytes + 1]));

    [Fact]
    public void Nothing_fits_a_decoy() =>
        Assert.False(Sha2Verifier.Decoy(new byte[20]).Verify("correct horse"u8));
}

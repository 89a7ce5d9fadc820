using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class UserVariableNamesTests
{
    [Theory]
    [InlineData("SELECT @a", "a", false)]
    [InlineData("SELECT@a, @B.c$d , @'e f'", "a b.c$d e f", false)]
    [InlineData("SELECT @`g`, @\"h\", @1, @a.b.c", "g h 1 a.b.c", false)]
    [InlineData("(SELECT @a) UNION (SELECT @A)", "a a", false)]
    [InlineData("UPDATE t SET a = @a; DELETE FROM t WHERE b=@b", "a b", false)]
    [InlineData("INSERT INTO t SELECT @a", "a", false)]
    [InlineData("SELECT 1 + 1 FROM t -- @a", "", false)]
    [InlineData("SELECT '@a', /* @b */ @@session.c", "", false)]
    [InlineData("CREATE USER 'a'@'b', c@d, `e`@`f`", "", true)]
    [InlineData("SELECT @a := 5", "a", true)]
    [InlineData("SELECT 1, 2 INTO @a, @b", "a b", true)]
    [InlineData("SELECT -5. INTO @a", "a", true)]
    [InlineData("SET autocommit = 0, @a = @b", "a b", true)]
    [InlineData("CALL p(@a)", "a", true)]
    [InlineData("SELECT 1; CALL p(@a)", "a", true)]
    [InlineData("LOAD DATA INFILE 'x' INTO TABLE t (a, @b) SET c = @b", "b b", true)]
    [InlineData("GET DIAGNOSTICS @n = NUMBER", "n", true)]
    [InlineData("/*!50001 SET @a = 1 */", "a", true)]
    public void The_names_in_a_text_are_found(string sql, string names, bool mayAssign)
    {
        var found = new List<string>();
        Assert.True(UserVariableNames.TryCollect(Encoding.UTF8.GetBytes(sql), LexerMode.None, found, out var assigns));
        Assert.Equal(names, string.Join(' ', found));
        Assert.Equal(mayAssign, assigns);
    }

    [Theory]
    [InlineData("SELECT @é")]
    [InlineData("SELECT @aé")]
    [InlineData("SELECT @'é'")]
    [InlineData("SELECT @ a")]
    [InlineData("SELECT @")]
    [InlineData("SELECT @''")]
    [InlineData("SELECT @'a '")]
    [InlineData("SELECT @'a''b'")]
    [InlineData("SELECT @'a\\'b'")]
    [InlineData("SELECT @'a")]
    [InlineData("SELECT @`a``b`")]
    [InlineData("SELECT @a /*!99999 , @b */")]
    [InlineData("PREPARE s FROM @a")]
    [InlineData("EXECUTE s USING @a")]
    [InlineData("SET @a = 1; EXECUTE IMMEDIATE 'SET @b = 1'")]
    [InlineData("FLUSH USER_VARIABLES")]
    [InlineData("SELECT @a, variable_value FROM information_schema.user_variables")]
    [InlineData("SELECT @aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_text_with_names_that_are_not_certain_is_refused(string sql) =>
        Assert.False(UserVariableNames.TryCollect(Encoding.UTF8.GetBytes(sql), LexerMode.None, [], out _));

    [Fact]
    public void Quotes_mean_the_same_in_every_mode()
    {
        var sql = "SELECT @\"a\", @`b`, @'c', 'x\\', @d"u8;
        var names = new List<string>();
        Assert.True(UserVariableNames.TryCollect(sql, LexerMode.AnsiQuotes | LexerMode.NoBackslashEscapes, names, out _));
        Assert.Equal(["a", "b", "c", "d"], names);
    }
}

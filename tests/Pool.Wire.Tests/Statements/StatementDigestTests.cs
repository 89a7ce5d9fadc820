using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class StatementDigestTests
{
    [Theory]
    [InlineData("SELECT  a,\n b FROM t\tWHERE c = 5 AND d='x'", "SELECT a, b FROM t WHERE c = ? AND d=?")]
    [InlineData("select 'it''s', \"a\"\"b\", -1.5, .5, 1e5, 0x1F, 1e-5", "select ?, ?, -?, .?, ?, ?, ?-?")]
    [InlineData("SELECT x'41', _utf8mb4'y', N'z', b'01', @u, @'q', @@sql_mode", "SELECT x?, _utf8mb4?, N?, b?, @u, @?, @@sql_mode")]
    [InlineData("/* a secret */ SELECT /*+ SET_VAR(a='s') */ 1 -- more\n, `b``c` # end", "SELECT ? , `b``c`")]
    [InlineData("INSERT INTO d.t VALUES (1,'a'),(2,'b')", "INSERT INTO d.t VALUES (?,?),(?,?)")]
    [InlineData("SET NAMES utf8mb4;", "SET NAMES utf8mb4;")]
    [InlineData("/*!40101 SET NAMES 'utf8' */", "SET NAMES ?")]
    [InlineData("CREATE USER 'a'@'10.0.0.1'", "CREATE USER ?@?")]
    [InlineData("", "")]
    [InlineData("SELECT '\u00e9' AS \u00e9", "SELECT ? AS \u00e9")]
    public void Literals_and_comments_are_gone(string sql, string expected) => Assert.Equal(expected, Of(sql));

    [Theory]
    [InlineData("SELECT 'open secret", "SELECT...")]
    [InlineData("SELECT 1 /* secret", "SELECT ?...")]
    [InlineData("SELECT 1 /*!99999 secret */", "SELECT ?...")]
    [InlineData("SELECT $$secret$$", "SELECT...")]
    [InlineData("SELECT 'a\\' secret", "SELECT...")]
    [InlineData("SET PASSWORD = secret", "SET PASSWORD...")]
    [InlineData("SET PASSWORD FOR 'a'@'b' = PASSWORD('secret')", "SET PASSWORD...")]
    [InlineData("ALTER USER a@b IDENTIFIED BY secret", "ALTER USER a@b IDENTIFIED...")]
    [InlineData("GRANT ALL ON *.* TO a IDENTIFIED BY PASSWORD secret", "GRANT ALL ON *.* TO a IDENTIFIED...")]
    [InlineData("CHANGE MASTER TO MASTER_PASSWORD = secret", "CHANGE MASTER TO MASTER_PASSWORD...")]
    [InlineData("SELECT 1; SET PASSWORD = secret", "SELECT ?; SET PASSWORD...")]
    [InlineData("(SELECT 1); ALTER USER a IDENTIFIED BY secret", "(SELECT ?); ALTER USER a IDENTIFIED...")]
    public void It_ends_where_something_secret_may_follow(string sql, string expected) => Assert.Equal(expected, Of(sql));

    [Fact]
    public void Quotes_mean_what_the_sql_mode_says()
    {
        Assert.Equal("SELECT \"a\", ?", Of("SELECT \"a\", 'b'", LexerMode.AnsiQuotes));
        Assert.Equal("CREATE SERVER s OPTIONS (USER ?, PASSWORD...", Of("CREATE SERVER s OPTIONS (USER \"a\", PASSWORD \"secret\")", LexerMode.AnsiQuotes));
        Assert.Equal("SELECT ?, b, ?", Of("SELECT '\\', b, 'c'", LexerMode.NoBackslashEscapes));
        Assert.Equal("SELECT...", Of("SELECT '\u0081\\' , secret, '", LexerMode.MultiByteUnsafe));
    }

    [Theory]
    [InlineData(12, "SELECT ab...")]
    [InlineData(13, "SELECT abc...")]
    [InlineData(9, "SELECT...")]
    [InlineData(2, "..")]
    [InlineData(0, "")]
    public void It_is_no_longer_than_asked(int maxChars, string expected) => Assert.Equal(expected, Of("SELECT abcdefghi, jkl", maxChars: maxChars));

    [Fact]
    public void A_character_is_not_cut_in_two()
    {
        var sql = Encoding.UTF8.GetBytes("SELECT `\U0001F600\U0001F600\U0001F600`");
        Assert.Equal("SELECT `\U0001F600...", StatementDigest.Of(sql, LexerMode.None, 14));
    }

    private static string Of(string sql, LexerMode mode = LexerMode.None, int maxChars = 200) =>
        StatementDigest.Of(sql.Contains('\u0081') ? Encoding.Latin1.GetBytes(sql) : Encoding.UTF8.GetBytes(sql), mode, maxChars);
}

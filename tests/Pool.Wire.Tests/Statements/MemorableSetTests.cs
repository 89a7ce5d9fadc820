using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class MemorableSetTests
{
    [Theory]
    [InlineData("SET NAMES utf8mb4")]
    [InlineData("set names 'utf8mb4' collate utf8mb4_unicode_ci;")]
    [InlineData("SET AUTOCOMMIT = 0")]
    [InlineData("/* a */ SET autocommit=1 -- b\n ; ;")]
    [InlineData("SET SESSION sql_mode := 'ANSI,TRADITIONAL', @@session.wait_timeout = 5, LOCAL sort_buffer_size=1024*1024")]
    [InlineData("SET @@sql_mode = ANSI")]
    [InlineData("SET transaction_isolation = 'SERIALIZABLE'")]
    [InlineData("SET @@session.transaction_isolation = 'SERIALIZABLE'")]
    [InlineData("SET time_zone = '+00:00', character_set_results = NULL, foreign_key_checks = OFF, long_query_time = 1.5, a = .5, b = -1")]
    [InlineData("SET time_zone = _utf8mb4'+00:00', sql_mode = x'41', a = 0x1F, b = 'it''s', c = (1), d = 1e5 + 1.5e3")]
    [InlineData("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")]
    [InlineData("SET LOCAL TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE;")]
    [InlineData("SET a = CASE WHEN 1 THEN 'x' ELSE 'y' END, b = 'x' COLLATE utf8mb4_bin, c = CAST(1 AS UNSIGNED), d = CONVERT('a' USING latin1)")]
    public void What_literals_decide_is_memorable(string sql) => Assert.Equal((Memorable.Yes, ""), Inspect(sql));

    [Theory]
    [InlineData(
        "SET  @@SESSION.sql_mode = CONCAT(CONCAT(@@sql_mode, ',STRICT_ALL_TABLES'), ',NO_AUTO_VALUE_ON_ZERO'),  @@SESSION.sql_auto_is_null = 0",
        Memorable.Yes, "sql_mode")]
    [InlineData("SET sql_mode = (SELECT REPLACE(@@Session.SQL_mode, 'ANSI', ''))", Memorable.Yes, "sql_mode")]
    [InlineData("SET a = @@local.b + IF(@@c, 1, 2)", Memorable.Yes, "b c")]
    [InlineData("SET a = @@global.b, c = @@d", Memorable.WhileGlobalsHold, "global.b d")]
    [InlineData("SET a = DEFAULT, b = 1", Memorable.WhileGlobalsHold, "global.a")]
    [InlineData("SET NAMES DEFAULT", Memorable.WhileGlobalsHold, "global.character_set_client")]
    [InlineData("SET CHARACTER SET default, a = 1", Memorable.WhileGlobalsHold, "global.character_set_client")]
    public void What_is_read_is_told(string sql, Memorable memorable, string variables) =>
        Assert.Equal((memorable, variables), Inspect(sql));

    [Theory]
    [InlineData("")]
    [InlineData("SELECT 1")]
    [InlineData("SET")]
    [InlineData("SET a")]
    [InlineData("SET a =")]
    [InlineData("SET a = ,b = 1")]
    [InlineData("SET a = (1")]
    [InlineData("SET a = 1)")]
    [InlineData("SET a = 1; SET b = 2")]
    [InlineData("SET a = 'x")]
    [InlineData("SET a = 1 /* x")]
    [InlineData("SET @u = 1")]
    [InlineData("SET a = 1, @u = 1")]
    [InlineData("SET a = @u")]
    [InlineData("SET a = (@u := 1)")]
    [InlineData("SET GLOBAL a = 1")]
    [InlineData("SET CHARACTER SET latin1")]
    [InlineData("SET CHARSET 'latin1', autocommit = 1")]
    [InlineData("SET a = 1, PERSIST b = 1")]
    [InlineData("SET @@global.a = 1")]
    [InlineData("SET @@persist_only.a = 1")]
    [InlineData("SET @@transaction_isolation = 'SERIALIZABLE'")]
    [InlineData("SET @@tx_read_only = 1")]
    [InlineData("SET TRANSACTION READ ONLY")]
    [InlineData("SET GLOBAL TRANSACTION READ ONLY")]
    [InlineData("SET ROLE NONE")]
    [InlineData("SET DEFAULT ROLE a TO b")]
    [InlineData("SET PASSWORD = 'x'")]
    [InlineData("SET a = 1, PASSWORD = 'x'")]
    [InlineData("SET RESOURCE GROUP g")]
    [InlineData("SET STATEMENT a = 1 FOR SELECT 1")]
    [InlineData("SET timestamp = 1")]
    [InlineData("SET @@session.Insert_Id = 1")]
    [InlineData("SET a = @@timestamp")]
    [InlineData("SET a = @@pseudo_thread_id")]
    [InlineData("SET gtid_next = AUTOMATIC")]
    [InlineData("SET session_track_schema = 1")]
    [InlineData("SET profiling = 1")]
    [InlineData("SET rand_seed1 = 1")]
    [InlineData("SET a = NOW()")]
    [InlineData("SET a = CURRENT_USER")]
    [InlineData("SET a = CONCAT(current_user, 'x')")]
    [InlineData("SET a = utc_timestamp")]
    [InlineData("SET a = f(1)")]
    [InlineData("SET a = `concat`('x')")]
    [InlineData("SET a = d.concat('x')")]
    [InlineData("SET a = concat ('x')")]
    [InlineData("SET a = CONNECTION_ID()")]
    [InlineData("SET a = (SELECT b FROM t)")]
    [InlineData("SET a = (SELECT 1 INTO @u)")]
    [InlineData("SET a = b + 1")]
    [InlineData("SET `a` = 1")]
    [InlineData("SET a = `b`")]
    [InlineData("SET a.b = 1")]
    [InlineData("SET @@a.b = 1")]
    [InlineData("SET a = @@b.c")]
    [InlineData("SET a = ?")]
    [InlineData("SET NAMES = 'x'")]
    [InlineData("SET NAMES")]
    [InlineData("SET NAMES utf8mb4 COLLATE")]
    [InlineData("SET CHARACTER SET latin1 COLLATE latin1_bin")]
    [InlineData("SET a = 1 /*! , b = 2 */")]
    [InlineData("/*!40101 SET NAMES utf8 */")]
    [InlineData("SET a = 1 FOR UPDATE")]
    [InlineData("SET a = 1,")]
    [InlineData("SET a = \u00a01")]
    public void What_else_decides_is_not_memorable(string sql) => Assert.Equal(Memorable.No, Inspect(sql).Memorable);

    [Fact]
    public void Quotes_mean_what_the_sql_mode_says()
    {
        Assert.Equal(Memorable.Yes, Inspect("SET a = \"x\"").Memorable);
        Assert.Equal(Memorable.No, Inspect("SET a = \"x\"", LexerMode.AnsiQuotes).Memorable);
        Assert.Equal(Memorable.No, Inspect("SET a = '\\', b = @u, c = '", LexerMode.NoBackslashEscapes).Memorable);
        Assert.Equal(Memorable.No, Inspect("SET a = '\u00c1\\'", LexerMode.MultiByteUnsafe).Memorable);
    }

    private static (Memorable Memorable, string Variables) Inspect(string sql, LexerMode mode = LexerMode.None)
    {
        var variables = new List<string>();
        var memorable = MemorableSet.Inspect(Encoding.Latin1.GetBytes(sql), mode, variables);
        return (memorable, string.Join(' ', variables));
    }
}

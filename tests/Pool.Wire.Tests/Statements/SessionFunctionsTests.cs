using System.Buffers;
using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class SessionFunctionsTests
{
    private static readonly SessionValues All =
        new(7, LastInsertId: ulong.MaxValue, RowCount: -1, FoundRows: 3, WarningCount: 2, ErrorCount: 1);

    [Theory]
    [InlineData("SELECT connection_id ( ) AS x", "SELECT CAST(7 AS UNSIGNED) AS x")]
    [InlineData("select 1, CONNECTION_ID(), 2", "select 1, CAST(7 AS UNSIGNED) AS `CONNECTION_ID()`, 2")]
    [InlineData("SELECT CONNECTION_ID()", "SELECT CAST(7 AS UNSIGNED) AS `CONNECTION_ID()`")]
    [InlineData("SELECT DISTINCT Connection_Id( );", "SELECT DISTINCT CAST(7 AS UNSIGNED) AS `Connection_Id( )`;")]
    [InlineData("SELECT CONNECTION_ID() x FROM t", "SELECT CAST(7 AS UNSIGNED) x FROM t")]
    [InlineData("SELECT CONNECTION_ID() 'x'", "SELECT CAST(7 AS UNSIGNED) 'x'")]
    [InlineData("SELECT CONNECTION_ID() FROM t", "SELECT CAST(7 AS UNSIGNED) AS `CONNECTION_ID()` FROM t")]
    [InlineData("SELECT CONNECTION_ID() + 1", "SELECT CAST(7 AS UNSIGNED) + 1")]
    [InlineData("SELECT f(1, CONNECTION_ID())", "SELECT f(1, CAST(7 AS UNSIGNED))")]
    [InlineData("SELECT 1 WHERE a = CONNECTION_ID()", "SELECT 1 WHERE a = CAST(7 AS UNSIGNED)")]
    [InlineData("SELECT 1 ORDER BY 1, CONNECTION_ID()", "SELECT 1 ORDER BY 1, CAST(7 AS UNSIGNED)")]
    [InlineData(
        "SELECT * FROM (SELECT CONNECTION_ID()) t", "SELECT * FROM (SELECT CAST(7 AS UNSIGNED) AS `CONNECTION_ID()`) t")]
    [InlineData(
        "SELECT (SELECT 1), CONNECTION_ID() UNION SELECT 1, 2",
        "SELECT (SELECT 1), CAST(7 AS UNSIGNED) AS `CONNECTION_ID()` UNION SELECT 1, 2")]
    [InlineData("SELECT CONNECTION_ID(/*`*/)", "SELECT CAST(7 AS UNSIGNED) AS `CONNECTION_ID(/*``*/)`")]
    [InlineData("SELECT LAST_INSERT_ID()", "SELECT CAST(18446744073709551615 AS UNSIGNED) AS `LAST_INSERT_ID()`")]
    [InlineData("SELECT LAST_INSERT_ID(5), ROW_COUNT()", "SELECT LAST_INSERT_ID(5), CAST(-1 AS SIGNED) AS `ROW_COUNT()`")]
    [InlineData("DO FOUND_ROWS()", "DO CAST(3 AS UNSIGNED)")]
    [InlineData("INSERT INTO t VALUES (LAST_INSERT_ID(), 1)", "INSERT INTO t VALUES (CAST(18446744073709551615 AS UNSIGNED), 1)")]
    [InlineData(
        "SELECT @@warning_count, @@session.error_count e",
        "SELECT CAST(2 AS UNSIGNED) AS `@@warning_count`, CAST(1 AS UNSIGNED) e")]
    [InlineData(
        "SELECT @@Identity + @@local.last_insert_id",
        "SELECT CAST(18446744073709551615 AS UNSIGNED) + CAST(18446744073709551615 AS UNSIGNED)")]
    [InlineData("SET @a = @@pseudo_thread_id", "SET @a = CAST(7 AS UNSIGNED)")]
    [InlineData("SET @@last_insert_id = 5, @a = CONNECTION_ID()", "SET @@last_insert_id = 5, @a = CAST(7 AS UNSIGNED)")]
    [InlineData("SELECT 1; SELECT CONNECTION_ID()", "SELECT 1; SELECT CAST(7 AS UNSIGNED) AS `CONNECTION_ID()`")]
    [InlineData(
        "SELECT 'CONNECTION_ID()', ROW_COUNT() r /* ROW_COUNT() */",
        "SELECT 'CONNECTION_ID()', CAST(-1 AS SIGNED) r /* ROW_COUNT() */")]
    [InlineData(
        "SELECT CONNECTION_ID(); CREATE VIEW v AS SELECT CONNECTION_ID()",
        "SELECT CAST(7 AS UNSIGNED) AS `CONNECTION_ID()`; CREATE VIEW v AS SELECT CONNECTION_ID()")]
    public void Calls_become_the_sessions_values(string sql, string expected) => Assert.Equal(expected, Rewrite(sql, All));

    [Theory]
    [InlineData("")]
    [InlineData("SELECT 1")]
    [InlineData("SELECT 'CONNECTION_ID()', \"CONNECTION_ID()\", `CONNECTION_ID()`")]
    [InlineData("SELECT 1 -- CONNECTION_ID()")]
    [InlineData("SELECT 1 /* CONNECTION_ID() */ # ROW_COUNT()")]
    [InlineData("SELECT connection_id FROM t")]
    [InlineData("SELECT d.CONNECTION_ID()")]
    [InlineData("SELECT `CONNECTION_ID`()")]
    [InlineData("SELECT CONNECTION_ID(1)")]
    [InlineData("SELECT @connection_id, @row_count")]
    [InlineData("SELECT @@global.last_insert_id, @@identity.x, @@version")]
    [InlineData("SET @@session.pseudo_thread_id = 5, @@identity = 6")]
    [InlineData("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT CONNECTION_ID(); END")]
    [InlineData("ALTER TABLE t ADD a INT DEFAULT (CONNECTION_ID())")]
    public void Everything_else_stays(string sql) => Assert.Null(Rewrite(sql, All));

    [Fact]
    public void What_is_not_given_is_left_alone()
    {
        var onlyId = new SessionValues(7);
        Assert.Null(Rewrite("SELECT LAST_INSERT_ID(), ROW_COUNT(), FOUND_ROWS(), @@warning_count, @@error_count", onlyId));
        Assert.Equal(
            "SELECT ROW_COUNT(), CAST(7 AS UNSIGNED) AS `CONNECTION_ID()`",
            Rewrite("SELECT ROW_COUNT(), CONNECTION_ID()", onlyId));
    }

    [Fact]
    public void A_rewritten_statement_has_nothing_left_to_rewrite()
    {
        const int Seed = 77;
        var random = new Random(Seed);
        for (var round = 0; round < 2000; round++)
        {
            var first = StatementSamples.All[random.Next(StatementSamples.All.Length)];
            var second = StatementSamples.All[random.Next(StatementSamples.All.Length)];
            var rewritten = Rewrite(first.Sql + " " + second.Sql, All);
            Assert.True(
                rewritten is null || Rewrite(rewritten, All) is null,
                $"seed {Seed}, round {round}: {first.Sql} {second.Sql} -> {rewritten}");
        }
    }

    private static string? Rewrite(string sql, in SessionValues values)
    {
        var output = new ArrayBufferWriter<byte>();
        var changed = SessionFunctions.TryRewrite(Encoding.Latin1.GetBytes(sql), LexerMode.None, values, output);
        Assert.True(changed || output.WrittenCount == 0);
        return changed ? Encoding.Latin1.GetString(output.WrittenSpan) : null;
    }
}

using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed partial class SessionFunctionsTests
{
    private static readonly SessionValues All =
        new(7, LastInsertId: ulong.MaxValue, RowCount: -1, FoundRows: 3, WarningCount: 2, ErrorCount: 1, LastGtid: new(0, 7, 12));

    [Theory]
    [InlineData(
        "SELECT @@last_gtid, MASTER_GTID_WAIT(@@session.last_gtid)",
        "SELECT IF(1, CONVERT('0-7-12' USING utf8mb3), @@last_gtid) AS `@@last_gtid`, MASTER_GTID_WAIT(IF(1, CONVERT('0-7-12' USING utf8mb3), @@session.last_gtid))")]
    [InlineData("SELECT connection_id ( ) AS x", "SELECT COALESCE(CAST(7 AS UNSIGNED), connection_id ( )) AS x")]
    [InlineData("select 1, CONNECTION_ID(), 2", "select 1, COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) AS `CONNECTION_ID()`, 2")]
    [InlineData("SELECT CONNECTION_ID()", "SELECT COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) AS `CONNECTION_ID()`")]
    [InlineData("SELECT DISTINCT Connection_Id( );", "SELECT DISTINCT COALESCE(CAST(7 AS UNSIGNED), Connection_Id( )) AS `Connection_Id( )`;")]
    [InlineData("SELECT CONNECTION_ID() x FROM t", "SELECT COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) x FROM t")]
    [InlineData("SELECT CONNECTION_ID() 'x'", "SELECT COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) 'x'")]
    [InlineData("SELECT CONNECTION_ID() FROM t", "SELECT COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) AS `CONNECTION_ID()` FROM t")]
    [InlineData("SELECT CONNECTION_ID() + 1", "SELECT COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) + 1")]
    [InlineData("SELECT f(1, CONNECTION_ID())", "SELECT f(1, COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()))")]
    [InlineData("SELECT 1 WHERE a = CONNECTION_ID()", "SELECT 1 WHERE a = COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID())")]
    [InlineData("SELECT 1 ORDER BY 1, CONNECTION_ID()", "SELECT 1 ORDER BY 1, COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID())")]
    [InlineData(
        "SELECT * FROM (SELECT CONNECTION_ID()) t", "SELECT * FROM (SELECT COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) AS `CONNECTION_ID()`) t")]
    [InlineData(
        "SELECT (SELECT 1), CONNECTION_ID() UNION SELECT 1, 2",
        "SELECT (SELECT 1), COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) AS `CONNECTION_ID()` UNION SELECT 1, 2")]
    [InlineData("SELECT CONNECTION_ID(/*`*/)", "SELECT COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID(/*`*/)) AS `CONNECTION_ID(/*``*/)`")]
    [InlineData("SELECT LAST_INSERT_ID()", "SELECT COALESCE(CAST(18446744073709551615 AS UNSIGNED), LAST_INSERT_ID()) AS `LAST_INSERT_ID()`")]
    [InlineData("SELECT LAST_INSERT_ID(5), ROW_COUNT()", "SELECT LAST_INSERT_ID(5), COALESCE(CAST(-1 AS SIGNED), ROW_COUNT()) AS `ROW_COUNT()`")]
    [InlineData("DO FOUND_ROWS()", "DO COALESCE(CAST(3 AS SIGNED), FOUND_ROWS())")]
    [InlineData("INSERT INTO t VALUES (LAST_INSERT_ID(), 1)", "INSERT INTO t VALUES (COALESCE(CAST(18446744073709551615 AS UNSIGNED), LAST_INSERT_ID()), 1)")]
    [InlineData(
        "SELECT @@warning_count, @@session.error_count e",
        "SELECT IF(1, CAST(2 AS UNSIGNED), @@warning_count) AS `@@warning_count`, IF(1, CAST(1 AS UNSIGNED), @@session.error_count) e")]
    [InlineData(
        "SELECT @@Identity + @@local.last_insert_id",
        "SELECT IF(1, CAST(18446744073709551615 AS UNSIGNED), @@Identity) + IF(1, CAST(18446744073709551615 AS UNSIGNED), @@local.last_insert_id)")]
    [InlineData("SET @a = @@pseudo_thread_id", "SET @a = IF(1, CAST(7 AS UNSIGNED), @@pseudo_thread_id)")]
    [InlineData("SET @@last_insert_id = 5, @a = CONNECTION_ID()", "SET @@last_insert_id = 5, @a = COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID())")]
    [InlineData("SELECT 1; SELECT CONNECTION_ID()", "SELECT 1; SELECT COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) AS `CONNECTION_ID()`")]
    [InlineData(
        "SELECT ROW_COUNT() r; SELECT ROW_COUNT(), CONNECTION_ID() i",
        "SELECT COALESCE(CAST(-1 AS SIGNED), ROW_COUNT()) r; SELECT ROW_COUNT(), COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) i")]
    [InlineData(
        "SELECT 'CONNECTION_ID()', ROW_COUNT() r /* ROW_COUNT() */",
        "SELECT 'CONNECTION_ID()', COALESCE(CAST(-1 AS SIGNED), ROW_COUNT()) r /* ROW_COUNT() */")]
    [InlineData(
        "SELECT CONNECTION_ID(); CREATE VIEW v AS SELECT CONNECTION_ID()",
        "SELECT COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) AS `CONNECTION_ID()`; CREATE VIEW v AS SELECT CONNECTION_ID()")]
    [InlineData(
        "SELECT IS_USED_LOCK('job') = CONNECTION_ID() c, ROW_COUNT() r",
        "SELECT IS_USED_LOCK('job') = CONNECTION_ID() c, COALESCE(CAST(-1 AS SIGNED), ROW_COUNT()) r")]
    [InlineData(
        "SELECT is_used_lock, 'IS_USED_LOCK(1)', CONNECTION_ID() c FROM t",
        "SELECT is_used_lock, 'IS_USED_LOCK(1)', COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) c FROM t")]
    [InlineData("SET @y = 1; USE a; SELECT FOUND_ROWS() f, ROW_COUNT()", "SET @y = 1; USE a; SELECT COALESCE(CAST(3 AS SIGNED), FOUND_ROWS()) f, ROW_COUNT()")]
    [InlineData(
        "BEGIN WORK;; SAVEPOINT s; SELECT FOUND_ROWS() f; SELECT FOUND_ROWS()",
        "BEGIN WORK;; SAVEPOINT s; SELECT COALESCE(CAST(3 AS SIGNED), FOUND_ROWS()) f; SELECT FOUND_ROWS()")]
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
    [InlineData("INSERT INTO t VALUES (1); SELECT ROW_COUNT()")]
    [InlineData("INSERT INTO t VALUES (1); SELECT LAST_INSERT_ID(), @@identity")]
    [InlineData("SELECT 1; SELECT FOUND_ROWS()")]
    [InlineData("DO 0; SELECT FOUND_ROWS()")]
    [InlineData("SET @a = (SELECT 1); SELECT FOUND_ROWS()")]
    [InlineData("SET STATEMENT max_statement_time = 5 FOR SELECT 1; SELECT FOUND_ROWS()")]
    [InlineData("BEGIN NOT ATOMIC CALL p(); DO FOUND_ROWS(); END")]
    [InlineData("WITH a AS (SELECT 1) SELECT a.call, @select FROM a; SELECT FOUND_ROWS()")]
    [InlineData("CALL p(); SET @y = 1; SELECT FOUND_ROWS()")]
    [InlineData("SELECT 1; SELECT @@warning_count, @@error_count")]
    [InlineData("SELECT IS_USED_LOCK('job') = CONNECTION_ID()")]
    [InlineData("SELECT @@pseudo_thread_id = is_used_lock ('job')")]
    [InlineData("SELECT CONNECTION_ID(); DO IS_USED_LOCK('job')")]
    [InlineData("BEGIN NOT ATOMIC IF IS_USED_LOCK('job') = CONNECTION_ID() THEN DO 1; END IF; END")]
    public void Everything_else_stays(string sql) => Assert.Null(Rewrite(sql, All));

    [Fact]
    public void What_is_not_given_is_left_alone()
    {
        var onlyId = new SessionValues(7);
        Assert.Null(Rewrite("SELECT LAST_INSERT_ID(), ROW_COUNT(), FOUND_ROWS(), @@warning_count, @@error_count", onlyId));
        Assert.Equal(
            "SELECT ROW_COUNT(), COALESCE(CAST(7 AS UNSIGNED), CONNECTION_ID()) AS `CONNECTION_ID()`",
            Rewrite("SELECT ROW_COUNT(), CONNECTION_ID()", onlyId));
    }

    [Fact]
    public void Apart_from_what_was_put_in_a_rewritten_statement_is_the_same()
    {
        const int Seed = 77;
        var random = new Random(Seed);
        for (var round = 0; round < 2000; round++)
        {
            var first = StatementSamples.All[random.Next(StatementSamples.All.Length)];
            var second = StatementSamples.All[random.Next(StatementSamples.All.Length)];
            var sql = first.Sql + " " + second.Sql;
            var rewritten = Rewrite(sql, All);
            Assert.True(
                rewritten is null || PutIn().Replace(rewritten, "$1") == sql,
                $"seed {Seed}, round {round}: {sql} -> {rewritten}");
        }
    }

    [GeneratedRegex(@"(?:COALESCE\(|IF\(1, )CAST\(-?\d+ AS (?:UN)?SIGNED\), ([^(]*?(?:\([^)]*\))?)\)(?: AS `(?:[^`]|``)*`)?")]
    private static partial Regex PutIn();

    private static string? Rewrite(string sql, in SessionValues values)
    {
        var output = new ArrayBufferWriter<byte>();
        var changed = SessionFunctions.TryRewrite(Encoding.Latin1.GetBytes(sql), LexerMode.None, values, output);
        Assert.True(changed || output.WrittenCount == 0);
        return changed ? Encoding.Latin1.GetString(output.WrittenSpan) : null;
    }
}

using System.Text;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

/// <summary>What a text tells of its results, as the servers answered such texts.</summary>
public sealed class StatementResultsTests
{
    private const LexerMode My = LexerMode.None;
    private const LexerMode Maria = LexerMode.MariaDb;

    [Theory]
    [InlineData("SELECT 1", 1)]
    [InlineData("SELECT 1; \n ; ", 1)]
    [InlineData("(SELECT 1) UNION (SELECT ';' FROM `;`) /* ; */", 1)]
    [InlineData("-- first\nSELECT 1;", 1)]
    [InlineData("SELECT 1; SELECT 2", 2)]
    [InlineData("SELECT 1; SELECT 2; DO 3;", 3)]
    [InlineData("SELECT 1; nonsense", 2)]
    [InlineData("SELECT 1 /* and */; SELECT 2", 2)]
    [InlineData("SELECT 1; -- done", 2)]
    [InlineData("SELECT 1; --", 2)]
    [InlineData("SELECT 1;#", 2)]
    [InlineData("SELECT 1; /* done */", 2)]
    [InlineData("SELECT 1; /*! */", 2)]
    [InlineData("SELECT 1; DO 2; /*!50000 DO 3 */", 3)]
    [InlineData("SELECT 1 -- ;", 1)]
    [InlineData("CALL p()", 1, 0b1)]
    [InlineData("/*! call */ p();", 1, 0b1)]
    [InlineData("CALL p(); -- done", 2, 0b1)]
    [InlineData("SELECT 1; CALL p()", 2, 0b10)]
    [InlineData("CALL p(); SELECT 1; CALL q(); SELECT 2", 4, 0b101)]
    [InlineData("SELECT `call`, p() FROM `call`", 1)]
    [InlineData("EXPLAIN SELECT 1; EXECUTE p; PREPARE p FROM 'CALL p()'", 3)]
    [InlineData("SET @a = 1, @b = 2; SELECT @a", 2)]
    [InlineData("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END", 1)]
    [InlineData("SELECT 1; CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END", 2)]
    [InlineData("BEGIN; SELECT 1; COMMIT", 3)]
    [InlineData("IF; SELECT 1", 2)]
    [InlineData("SET STATEMENT max_statement_time = 5 FOR SELECT 1; DO 1", 2, 0, Maria)]
    [InlineData("SET STATEMENT max_statement_time = 5 FOR CALL p()", 1, 0b1, Maria)]
    [InlineData("BEGIN NOT ATOMIC SELECT 1; SELECT 2; END", 1, 0b1, Maria)]
    [InlineData("BEGIN WORK; SELECT 1", 2, 0, Maria)]
    [InlineData("DO 1; BEGIN NOT ATOMIC SELECT 1; SELECT 2; END", 2, 0b10, Maria)]
    [InlineData("IF 1 THEN SELECT 1; SELECT 2; END IF", 1, 0b1, Maria)]
    [InlineData("CALL p(); SELECT 1; WHILE f() DO SELECT 1; SELECT 2; END WHILE", 3, 0b101, Maria)]
    [InlineData("DECLARE x INT; BEGIN SELECT 1; END", 1, 0b1, Maria)]
    [InlineData("HELP 'x'; CHECKSUM TABLE t; BACKUP STAGE END; ANALYZE SELECT 1", 4, 0, Maria)]
    public void A_text_tells_how_many_statements_it_has_and_which_are_programs(string sql, int statements, uint programs = 0, LexerMode mode = My) =>
        Assert.Equal(new ResultsAhead(statements, programs), StatementInspector.Inspect(Encoding.Latin1.GetBytes(sql), mode).Results);

    [Theory]
    [InlineData("SELECT 1; /*!99999 SELECT 2 */")]
    [InlineData("/*!99999 CALL */ p()")]
    [InlineData("CALL p('")]
    public void A_text_that_is_not_certain_tells_nothing(string sql) =>
        Assert.Equal(default, StatementInspector.Inspect(Encoding.Latin1.GetBytes(sql), My).Results);

    [Fact]
    public void Of_many_statements_the_first_are_told_apart_and_all_are_counted()
    {
        var results = Results("CALL p();", 100);
        Assert.Equal(new ResultsAhead(100, uint.MaxValue), results);
        for (var i = 0; i < 32; i++)
        {
            Assert.Equal(results, results.After(PacketKind.Terminator));
            results = results.After(PacketKind.Ok);
        }

        Assert.Equal(new ResultsAhead(68, 0), results);

        static ResultsAhead Results(string one, int count) =>
            StatementInspector.Inspect(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(one, count))), My).Results;
    }

    [Fact]
    public void Where_only_one_statement_runs_the_others_do_not_count()
    {
        Assert.Equal(new ResultsAhead(1, 1), new ResultsAhead(3, 0b101).FirstOnly());
        Assert.False(new ResultsAhead(3, 0b110).FirstOnly().OneFollows);
        Assert.False(default(ResultsAhead).FirstOnly().OneFollows);
        Assert.False(default(ResultsAhead).After(PacketKind.Ok).OneFollows);
    }

    [Theory]
    [InlineData("SELECT FOUND_ROWS()", false, false)]
    [InlineData("SELECT FOUND_ROWS();", false, false)]
    [InlineData("SET @y = 1; SELECT FOUND_ROWS(); -- done", false, false)]
    [InlineData("SELECT 1; SELECT FOUND_ROWS()", false, true)]
    [InlineData("SELECT SQL_CALC_FOUND_ROWS a FROM t; DO 0; SELECT FOUND_ROWS()", false, false)]
    [InlineData("CALL p(); (SELECT 1); DO FOUND_ROWS()", false, true)]
    [InlineData("CALL p(); DO FOUND_ROWS()", true, true)]
    [InlineData("DO 0; DO FOUND_ROWS()", false, false)]
    [InlineData("SET @select = 1, @@call.statement = 2; DO FOUND_ROWS()", false, false)]
    [InlineData("SET @a = (SELECT 1); DO FOUND_ROWS()", true, true)]
    [InlineData("SET STATEMENT a = 1 FOR SELECT 1; DO FOUND_ROWS()", false, true)]
    [InlineData("WITH a AS (SELECT 1) UPDATE t, a SET t.b = 1; DO FOUND_ROWS()", true, true)]
    [InlineData("CREATE TABLE t (a INT); DO FOUND_ROWS()", true, true)]
    [InlineData("DO 0; CREATE TABLE t AS SELECT FOUND_ROWS()", false, true)]
    [InlineData("SHOW TABLES; SELECT 1", false, false)]
    public void A_text_tells_whether_it_asks_for_rows_that_may_not_have_been_counted(string sql, bool mySql, bool mariaDb)
    {
        Assert.Equal(mySql, StatementInspector.Inspect(Encoding.Latin1.GetBytes(sql), LexerMode.None).AsksUncertainFoundRows);
        Assert.Equal(mariaDb, StatementInspector.Inspect(Encoding.Latin1.GetBytes(sql), LexerMode.MariaDb).AsksUncertainFoundRows);
    }
}

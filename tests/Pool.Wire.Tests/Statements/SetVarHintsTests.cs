using System.Buffers;
using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class SetVarHintsTests
{
    private const string Own = "SET_VAR(sql_mode='ANSI,X') SET_VAR(sort_buffer_size=5)";

    [Theory]
    [InlineData("SELECT 1", $"SELECT /*+ {Own} */ 1")]
    [InlineData("/* a */ select*FROM t", $"/* a */ select /*+ {Own} */*FROM t")]
    [InlineData("INSERT INTO t VALUES (1);", $"INSERT /*+ {Own} */ INTO t VALUES (1);")]
    [InlineData("REPLACE t VALUES (1)", $"REPLACE /*+ {Own} */ t VALUES (1)")]
    [InlineData("UPDATE t SET a = 1", $"UPDATE /*+ {Own} */ t SET a = 1")]
    [InlineData("DELETE FROM t", $"DELETE /*+ {Own} */ FROM t")]
    [InlineData("SELECT /* c */ 1", $"SELECT /*+ {Own} */ /* c */ 1")]
    [InlineData("SELECT\n/*+ BKA(t) */ 1", $"SELECT /*+ {Own}  BKA(t) */ 1")]
    [InlineData("SELECT/*+ SET_VAR(time_zone=broken */ 1", $"SELECT /*+ {Own}  SET_VAR(time_zone=broken */ 1")]
    [InlineData("SELECT /* c */ /*+ BKA(t) */ 1", $"SELECT /*+ {Own} */ /* c */ /*+ BKA(t) */ 1")]
    public void Hints_stand_right_behind_the_verb(string sql, string expected) => Assert.Equal(expected, Insert(sql));

    [Theory]
    [InlineData("")]
    [InlineData("SET a = 1")]
    [InlineData("WITH x AS (SELECT 1) SELECT * FROM x")]
    [InlineData("(SELECT 1)")]
    [InlineData("TABLE t")]
    [InlineData("EXPLAIN SELECT 1")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("SELECT 'open")]
    [InlineData("SELECT /*!50000 1 */")]
    [InlineData("SELECT /*+ SET_VAR(SORT_buffer_size=6) */ 1")]
    [InlineData("SELECT /*+ SET_VAR(time_zone='*/') */ 1")]
    [InlineData("SELECT /*+ QB_NAME(`x`) */ 1")]
    [InlineData("INSERT INTO t SELECT /*+ SET_VAR(sql_mode='') */ 1")]
    public void Some_statements_take_none(string sql) => Assert.Null(Insert(sql));

    [Theory]
    [InlineData("sort_buffer_size", "18446744073709551615", "18446744073709551615")]
    [InlineData("secondary_engine_cost_threshold", "100000.000000", "100000.000000")]
    [InlineData("foreign_key_checks", "ON", "'ON'")]
    [InlineData("time_zone", "-05:00", "'-05:00'")]
    [InlineData("sql_mode", "", "0")]
    [InlineData("optimizer_switch", "mrr=off,x=on", "'mrr=off,x=on'")]
    public void Values_are_written_as_hints_take_them(string name, string value, string expected) =>
        Assert.Equal($"SELECT /*+ SET_VAR({name}={expected}) */ 1", Insert("SELECT 1", [new(name, value)]));

    [Theory]
    [InlineData("time_zone", "")]
    [InlineData("time_zone", "it's")]
    [InlineData("time_zone", "a\\b")]
    [InlineData("time_zone", "*/")]
    [InlineData("time_zone", "\u00e9")]
    [InlineData("time_zone", "a\nb")]
    [InlineData("sort_buffer_size", "-5")]
    [InlineData("sort_buffer_size", ".5")]
    [InlineData("autocommit", "1")]
    [InlineData("max_error_count", "1")]
    public void What_cannot_be_hinted_is_refused(string name, string value) => Assert.Null(Insert("SELECT 1", [new(name, value)]));

    [Fact]
    public void Without_settings_or_on_MariaDb_there_are_no_hints()
    {
        Assert.Null(Insert("SELECT 1", []));
        Assert.Null(Insert("SELECT 1", [new("sql_mode", "X")], LexerMode.MariaDb));
    }

    [Theory]
    [InlineData("SELECT DATE'2020-01-01'", true)]
    [InlineData("SELECT time /* x */ \"10:00\"", true)]
    [InlineData("INSERT INTO t VALUES (TIMESTAMP\n'2020-01-01 00:00:00+05:00')", true)]
    [InlineData("SELECT {ts '2020-01-01 00:00:00'}", true)]
    [InlineData("SELECT 'open", true)]
    [InlineData("SELECT date, time, `timestamp` FROM t WHERE date = '2020-01-01'", false)]
    [InlineData("SELECT DATE('2020-01-01'), '{', TIMESTAMP(a)", false)]
    [InlineData("", false)]
    public void Literals_of_dates_and_times_are_found(string sql, bool found) =>
        Assert.Equal(found, TemporalLiterals.MayBeIn(Encoding.UTF8.GetBytes(sql), LexerMode.None));

    private static string? Insert(string sql) => Insert(sql, [new("sql_mode", "ANSI,X"), new("sort_buffer_size", "5")]);

    private static string? Insert(string sql, KeyValuePair<string, string>[] settings, LexerMode mode = LexerMode.None)
    {
        var output = new ArrayBufferWriter<byte>();
        var inserted = SetVarHints.TryInsert(Encoding.UTF8.GetBytes(sql), mode, settings, output);
        Assert.Equal(inserted, output.WrittenCount > 0);
        return inserted ? Encoding.UTF8.GetString(output.WrittenSpan) : null;
    }
}

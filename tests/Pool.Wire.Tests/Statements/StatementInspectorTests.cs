using System.Runtime.CompilerServices;
using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class StatementInspectorTests
{
    public static TheoryData<int> Samples => [.. Enumerable.Range(0, StatementSamples.All.Length)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_statement_is_what_its_words_say(int index)
    {
        var sample = StatementSamples.All[index];
        Assert.True(
            new StatementFacts(sample.Kind, sample.Traits) == Inspect(sample.Bytes, sample.Mode),
            $"{sample.Sql} ({sample.Mode}) was {StatementInspector.Inspect(sample.Bytes, sample.Mode)}");
    }

    [Fact]
    public void Letter_case_changes_nothing()
    {
        foreach (var sample in StatementSamples.All.Where(s => !s.Sql.Contains("/*M!", StringComparison.Ordinal)))
        {
            var lower = Encoding.Latin1.GetBytes(sample.Sql.ToLowerInvariant());
            Assert.Equal(new StatementFacts(sample.Kind, sample.Traits), Inspect(lower, sample.Mode));
        }
    }

    [Fact]
    public void Every_way_to_cut_a_statement_in_two_gives_the_same_answer()
    {
        foreach (var sample in StatementSamples.All)
        {
            var whole = StatementInspector.Inspect(sample.Bytes, sample.Mode);
            for (var cut = 0; cut <= sample.Bytes.Length; cut++)
            {
                Assert.True(whole == InChunks(sample.Bytes, sample.Mode, _ => cut), $"{sample.Sql} cut at {cut}");
            }
        }
    }

    [Fact]
    public void A_statement_fed_byte_by_byte_gives_the_same_answer()
    {
        foreach (var sample in StatementSamples.All)
        {
            var whole = StatementInspector.Inspect(sample.Bytes, sample.Mode);
            Assert.True(whole == InChunks(sample.Bytes, sample.Mode, at => at + 1), sample.Sql);
        }
    }

    [Fact]
    public void Random_bytes_never_break_it_and_cuts_never_matter()
    {
        const int Seed = 20260131;
        var random = new Random(Seed);
        for (var round = 0; round < 20_000; round++)
        {
            var sql = RandomText(random);
            var mode = (LexerMode)random.Next(16);
            var whole = StatementInspector.Inspect(sql, mode);
            var chunked = InChunks(sql, mode, at => at + 1 + random.Next(8));
            Assert.True(
                whole == chunked,
                $"seed {Seed}, round {round}, {mode}: {Convert.ToHexString(sql)}: {whole} or {chunked}");
        }
    }

    [Fact]
    public void What_the_lexer_skips_over_never_hides_what_follows()
    {
        string[] noises =
            ["/* ' */", "/* \" ` */", "-- '\n", "# `\n", "'''', ", "'\\'', ", "\"\\\"'\", ", "```'`, ", "'--', ", "'/*', "];
        foreach (var noise in noises)
        {
            var facts = Inspect(Encoding.ASCII.GetBytes($"SELECT {noise} GET_LOCK('a', 1)"), LexerMode.None);
            Assert.Equal(new StatementFacts(StatementKind.Select, StatementTraits.UserLocks), facts);
        }
    }

    [Theory]
    [InlineData("SELECT 1, @@autocommit, CONCAT('from t')", true)]
    [InlineData("SET autocommit = 0, @a = 1", true)]
    [InlineData("DO SLEEP(1); COMMIT; SHOW WARNINGS", true)]
    [InlineData("SELECT * FROM t", false)]
    [InlineData("SELECT 1, (TABLE t)", false)]
    [InlineData("SET @a = (SELECT b FROM t)", false)]
    [InlineData("SELECT f(1)", false)]
    [InlineData("CALL p()", false)]
    [InlineData("UPDATE t SET a = 1; SELECT 1", false)]
    [InlineData("SELECT 1; INSERT t VALUES (1)", false)]
    [InlineData("SELECT 'open", false)]
    public void A_statement_uses_no_table_where_it_names_none_and_calls_nothing(string sql, bool none) =>
        Assert.Equal(none, StatementInspector.Inspect(Encoding.ASCII.GetBytes(sql), LexerMode.None).UsesNoTable);

    [Theory]
    [InlineData("CREATE TABLE t (a INT DEFAULT (NOW()), b INT)", true)]
    [InlineData("ALTER TABLE t ADD INDEX (a)", true)]
    [InlineData("DROP VIEW v", true)]
    [InlineData("RENAME TABLE t TO u", true)]
    [InlineData("CREATE PROCEDURE p() BEGIN SELECT 1; END", true)]
    [InlineData("CREATE TABLE t AS SELECT * FROM v", false)]
    [InlineData("CREATE TABLE t TABLE v", false)]
    [InlineData("CREATE VIEW v AS VALUES ROW(f())", false)]
    [InlineData("DROP TABLE t; CREATE TABLE t (a INT)", false)]
    [InlineData("DROP PREPARE p", false)]
    [InlineData("TRUNCATE t", false)]
    [InlineData("CREATE TABLE t (a INT DEFAULT 'open", false)]
    public void A_definition_is_plain_where_it_has_no_query(string sql, bool plain) =>
        Assert.Equal(plain, StatementInspector.Inspect(Encoding.ASCII.GetBytes(sql), LexerMode.None).IsPlainDefinition);

    [Fact]
    public void A_long_statement_is_read_to_its_end()
    {
        var rows = string.Join(',', Enumerable.Repeat("(1, 'x')", 100_000));
        var sql = Encoding.ASCII.GetBytes($"INSERT INTO t VALUES {rows}, (@a, 1)");
        var facts = Inspect(sql, LexerMode.None);
        Assert.Equal(new StatementFacts(StatementKind.Insert, StatementTraits.UserVariables), facts);
    }

    [Fact]
    public void Inspecting_allocates_nothing()
    {
        var samples = StatementSamples.All.Select(sample => (sample.Bytes, sample.Mode)).ToArray();
        var seen = StatementTraits.None;
        long allocated = -1;
        for (var warm = 0; warm < 2; warm++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                var (bytes, mode) = samples[i % samples.Length];
                seen |= StatementInspector.Inspect(bytes, mode).Traits;
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.NotEqual(StatementTraits.None, seen);
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void The_inspector_is_small() => Assert.InRange(Unsafe.SizeOf<StatementInspector>(), 1, 160);

    [Fact]
    public void Touching_and_reading_are_apart()
    {
        Assert.Equal(StatementTraits.None, StatementTraits.TouchesSession & StatementTraits.ReadsSession);
        Assert.True(new StatementFacts(StatementKind.Select, StatementTraits.OtherState).TouchesSession);
        Assert.False(new StatementFacts(StatementKind.Select, StatementTraits.ReadsRowCount).TouchesSession);
        Assert.True(new StatementFacts(StatementKind.Select, StatementTraits.ReadsRowCount).ReadsSession);
    }

    [Theory]
    [InlineData("SELECT a FROM t", true)]
    [InlineData("SELECT @@version, CONNECTION_ID()", true)]
    [InlineData("SHOW TABLES;", true)]
    [InlineData("EXPLAIN UPDATE t SET a = 1", true)]
    [InlineData("SELECT 1; SELECT 2", false)]
    [InlineData("SELECT a FROM t FOR UPDATE", false)]
    [InlineData("SELECT f(a) FROM t", false)]
    [InlineData("SELECT @a := 1", false)]
    [InlineData("EXPLAIN ANALYZE SELECT 1", false)]
    [InlineData("SELECT 'open", false)]
    [InlineData("UPDATE t SET a = 1", false)]
    [InlineData("SET a = 1", false)]
    [InlineData("", false)]
    public void What_only_reads_may_run_twice(string sql, bool onlyReads) =>
        Assert.Equal(onlyReads, StatementInspector.Inspect(Encoding.ASCII.GetBytes(sql), LexerMode.None).OnlyReads);

    // Without the results, which are StatementResultsTests' matter.
    private static StatementFacts Inspect(ReadOnlySpan<byte> sql, LexerMode mode) =>
        StatementInspector.Inspect(sql, mode) with { Results = default, AsksUncertainFoundRows = false, IsPlainDefinition = false, UsesNoTable = false };

    private static StatementFacts InChunks(ReadOnlySpan<byte> sql, LexerMode mode, Func<int, int> next)
    {
        var inspector = new StatementInspector(mode);
        for (var at = 0; at < sql.Length;)
        {
            var end = next(at);
            end = end <= at || end > sql.Length ? sql.Length : end;
            inspector.Feed(sql[at..end]);
            at = end;
        }

        return inspector.Finish();
    }

    /// <summary>Pieces that make lexers stumble, single bytes, and whole samples.</summary>
    private static byte[] RandomText(Random random)
    {
        string[] pieces =
        [
            "'", "\"", "`", "\\", "--", "-", "#", "\n", "/*", "*/", "/*!", "/*M!", "/*!50110", "99999", "@", "@@", ";", "(", ")",
            ".", ",", " ",
            "SELECT", "SET", "last_insert_id", "GET_LOCK", "session", "CREATE", "FUNCTION", "BEGIN", "STATEMENT", "FOR",
            "INTO", "\u0081", "$", "1",
        ];
        var text = new StringBuilder();
        for (var i = random.Next(24); i > 0; i--)
        {
            text.Append(random.Next(10) switch
            {
                0 => ((char)random.Next(256)).ToString(),
                1 => StatementSamples.All[random.Next(StatementSamples.All.Length)].Sql,
                _ => pieces[random.Next(pieces.Length)],
            });
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }
}

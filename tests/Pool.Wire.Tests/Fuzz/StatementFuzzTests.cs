using System.Buffers;
using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Fuzz;

/// <summary>Whatever the text of a statement, it is read to its end, and alike however it arrives.</summary>
public sealed class StatementFuzzTests
{
    private static readonly string[] s_pieces =
    [
        "SELECT", "select", " ", "\n", "SET", "@u", "@'v w'", "@@session.", "last_insert_id", "LAST_INSERT_ID()",
        "CONNECTION_ID ( )", "row_count(/**/)",
        "FOUND_ROWS()", "@@pseudo_thread_id", "@@`identity`", "@@warning_count", "'", "''", "\"", "`", "\\", "\\'", "/*", "*/",
        "/*!", "/*!99999 ", "/*M!",
        "/*+", "-- ", "--", "#", ";", ",", "(", ")", ":=", "=", "AS", "x", "é", "\u00A0", "1", "0x1F", "1e5", ".5",
        "x'41'", "_utf8mb4", "N'a'", "FROM t", "INTO", "CALL p", "KILL", "QUERY",
        "GET_LOCK('a',1)", "CREATE", "TEMPORARY", "TABLE", "PREPARE", "UNION", "WITH", "DELIMITER", "\0",
        "BEGIN", "INSERT INTO t VALUES", "`session_variables`", "user_variables", "VERSION()", "LIMIT 1", "DEFAULT", "NAMES",
        "CONCAT(", "@@sql_mode", "sql_mode", "GLOBAL ", "1.5",
    ];

    [Fact]
    public void Every_cut_of_a_statement_gives_the_same_facts() => FuzzRun.Of(
        8000,
        Statement,
        (sql, random) =>
        {
            var mode = Mode(random);
            var whole = StatementInspector.Inspect(sql, mode);
            for (var cut = 0; cut <= sql.Length; cut += sql.Length > 100 ? random.Next(1, 20) : 1)
            {
                var inspector = new StatementInspector(mode);
                inspector.Feed(sql.AsSpan(..cut));
                inspector.Feed(sql.AsSpan(cut..));
                Assert.True(whole == inspector.Finish(), $"cut at {cut}, {mode}");
            }

            var bytewise = new StatementInspector(mode);
            foreach (var value in sql)
            {
                bytewise.Feed([value]);
            }

            Assert.Equal(whole, bytewise.Finish());
        });

    [Fact]
    public void Session_functions_are_wrapped_and_nothing_is_lost() => FuzzRun.Of(
        15_000,
        Statement,
        (sql, random) =>
        {
            var mode = Mode(random);
            var values = new SessionValues(4_194_305, ulong.MaxValue, -1, 3, 4, 5);
            var output = new ArrayBufferWriter<byte>();
            var replaced = SessionFunctions.TryRewrite(sql, mode, values, output);
            Assert.Equal(replaced, output.WrittenCount > 0);
            Assert.False(replaced && output.WrittenSpan.SequenceEqual(sql), "said to be rewritten, and is the same");
            Assert.True(!replaced || IsSpreadOver(sql, output.WrittenSpan), "something of the statement is missing in what was written");
        });

    // True if all bytes of the statement are in the text, in their order.
    private static bool IsSpreadOver(ReadOnlySpan<byte> sql, ReadOnlySpan<byte> text)
    {
        var found = 0;
        foreach (var value in text)
        {
            found += found < sql.Length && sql[found] == value ? 1 : 0;
        }

        return found == sql.Length;
    }

    [Fact]
    public void A_kill_is_of_a_number_in_its_text() => FuzzRun.Of(
        20_000,
        random => Mutation.Of(
            random.Next(2) == 0 ? "KILL QUERY 12345;"u8 : "kill /*x*/ hard connection 18446744073709551615"u8, random),
        (sql, random) =>
        {
            if (KillStatement.TryParse(sql, Mode(random), out var scope, out var id))
            {
                Assert.True(Enum.IsDefined(scope));
                Assert.Contains($"{id}", Encoding.Latin1.GetString(sql), StringComparison.Ordinal);
            }
        });

    [Fact]
    public void The_names_of_user_variables_are_short_plain_and_in_the_text() => FuzzRun.Of(
        15_000,
        Statement,
        (sql, random) =>
        {
            var names = new List<string>();
            UserVariableNames.TryCollect(sql, Mode(random), names, out _);
            var text = Encoding.Latin1.GetString(sql);
            Assert.All(names, n => Assert.Contains(n, text, StringComparison.OrdinalIgnoreCase));
            Assert.All(names, n => Assert.True(n.Length is > 0 and <= 64 && n.All(c => c is >= ' ' and <= '~' and not ('`' or '\\')), n));
        });

    [Fact]
    public void What_is_memorable_or_constant_is_one_plain_statement() => FuzzRun.Of(
        15_000,
        random => random.Next(4) switch
        {
            0 => Mutation.Of("SET SESSION a = CONCAT(@@sql_mode, 'x'), NAMES utf8 COLLATE b, @@x := DEFAULT"u8, random),
            1 => Mutation.Of("SELECT @@session.a AS `b`, VERSION(), 1, @@global.c LIMIT 1;"u8, random),
            _ => Statement(random),
        },
        (sql, random) =>
        {
            var mode = Mode(random);
            var variables = new List<string>();
            if (MemorableSet.Inspect(sql, mode, variables) != Memorable.No)
            {
                var facts = StatementInspector.Inspect(sql, mode);
                Assert.Equal(StatementKind.Set, facts.Kind);
                Assert.Equal(StatementTraits.SetsVariables, facts.Traits & ~StatementTraits.ReadsVariables);
            }

            if (ConstantRead.Inspect(sql, mode, variables) != Constancy.No)
            {
                Assert.True(StatementInspector.Inspect(sql, mode) is { OnlyReads: true, ReadsSession: false });
            }
        });

    private static LexerMode Mode(Random random) => (LexerMode)random.Next(16);

    private static byte[] Statement(Random random)
    {
        var sql = new StringBuilder();
        for (var count = random.Next(1, 25); count > 0; count--)
        {
            sql.Append(s_pieces[random.Next(s_pieces.Length)]).Append(random.Next(2) == 0 ? " " : "");
        }

        var bytes = Encoding.UTF8.GetBytes(sql.ToString());
        return random.Next(3) == 0 ? Mutation.Of(bytes, random) : bytes;
    }
}

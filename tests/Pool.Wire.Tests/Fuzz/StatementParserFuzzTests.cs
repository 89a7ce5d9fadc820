using System.Buffers;
using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Fuzz;

/// <summary>Parsers of whole texts never fail on any bytes, and what they give back keeps its promises.</summary>
public sealed class StatementParserFuzzTests
{
    private const string Secret = "hunter";

    private static readonly string[] s_pieces =
    [
        "SELECT ", "SHOW ", "WARNINGS ", "ERRORS ", "COUNT(*) ", "LIMIT ", "OFFSET ", "1", ", ", "CREATE ", "TEMPORARY ", "TABLE ",
        "DROP ", "IF EXISTS ", "t", "`d`", ".", "HANDLER ", "OPEN ", "CLOSE", "GET_LOCK(", "RELEASE_LOCK(", "'a'", ")", "DO ",
        "PREPARE ", "s ", "FROM ", "DEALLOCATE ", "RENAME ", "/*+ ", "*/ ", "/* ", "; ", "-- ", "\n", "'", "\"", "\\", "UPDATE ", "$",
        "ALTER USER ", "@", "SET PASSWORD ", "IDENTIFIED BY ", "/*!", "/*!99999 ", "é", "\u00A0", "INSERT INTO t VALUES (", "x",
    ];

    private static readonly string[] s_secrets =
        [$"'{Secret}'", $"\"{Secret}\"", $"'it''s {Secret}'", $"x'{Secret}'", $"_latin1'{Secret}'", $"/* {Secret} */", $"-- {Secret}\n", $"'a\\'{Secret}'", $"0x1{Secret}"];

    [Fact]
    public void What_is_followed_has_plain_names() => FuzzRun.Of(
        15_000,
        Statement,
        (sql, random) =>
        {
            if (SessionObjects.TryFollow(sql, (LexerMode)random.Next(16), out var change) && !change.IsUnclear)
            {
                Assert.NotEqual(SessionObjectKind.Any, change.Kind);
                Assert.All(change.Created.Concat(change.Dropped), name => Assert.True(name.Length > 0 && name.All(c => c is >= ' ' and <= '~')));
                Assert.True(change.Created.Count == 0 || change.Dropped.Count == 0);
            }
        });

    [Fact]
    public void A_request_for_diagnostics_says_so_to_the_inspector_too() => FuzzRun.Of(
        15_000,
        random => random.Next(2) == 0 ? Mutation.Of("SHOW COUNT(*) WARNINGS LIMIT 1, 2;"u8, random) : Statement(random),
        (sql, random) =>
        {
            var mode = (LexerMode)random.Next(16);
            if (DiagnosticsStatement.TryParse(sql, mode, out _))
            {
                var facts = StatementInspector.Inspect(sql, mode);
                Assert.Equal((StatementKind.Show, StatementTraits.ReadsDiagnostics), (facts.Kind, facts.Traits));
            }
        });

    [Fact]
    public void Inserted_hints_change_nothing_else() => FuzzRun.Of(
        15_000,
        Statement,
        (sql, random) =>
        {
            var mode = (LexerMode)random.Next(16);
            var output = new ArrayBufferWriter<byte>();
            if (SetVarHints.TryInsert(sql, mode, [new("sql_mode", "ANSI")], output))
            {
                Assert.Equal(StatementInspector.Inspect(sql, mode), StatementInspector.Inspect(output.WrittenSpan, mode));
            }
        });

    [Fact]
    public void A_digest_is_short_and_tells_no_secret() => FuzzRun.Of(
        15_000,
        WithSecrets,
        (sql, random) =>
        {
            var longest = random.Next(200);
            var digest = StatementDigest.Of(sql, (LexerMode)(random.Next(16) & ~(int)(LexerMode.AnsiQuotes | LexerMode.NoBackslashEscapes)), longest);
            Assert.InRange(digest.Length, 0, longest);
            Assert.DoesNotContain(Secret, digest, StringComparison.Ordinal);
        });

    [Fact]
    public void A_digest_of_any_bytes_has_an_end() => FuzzRun.Of(
        10_000,
        random => Mutation.Of(Statement(random), random),
        (sql, random) => Assert.InRange(StatementDigest.Of(sql, (LexerMode)random.Next(16), 100).Length, 0, 100));

    // Only whole secrets, and nothing before them that would turn one into code.
    private static byte[] WithSecrets(Random random)
    {
        var sql = new StringBuilder("SELECT ");
        for (var count = random.Next(1, 15); count > 0; count--)
        {
            var piece = random.Next(3) == 0 ? s_secrets[random.Next(s_secrets.Length)] : s_pieces[random.Next(s_pieces.Length)];
            sql.Append(piece is "'" or "\"" or "\\" or "/* " or "/*+ " or "*/ " or "-- " ? "a" : piece).Append(' ');
        }

        return Encoding.UTF8.GetBytes(sql.ToString());
    }

    private static byte[] Statement(Random random)
    {
        var sql = new StringBuilder();
        for (var count = random.Next(1, 15); count > 0; count--)
        {
            sql.Append(s_pieces[random.Next(s_pieces.Length)]);
        }

        var bytes = Encoding.UTF8.GetBytes(sql.ToString());
        return random.Next(4) == 0 ? Mutation.Of(bytes, random) : bytes;
    }
}

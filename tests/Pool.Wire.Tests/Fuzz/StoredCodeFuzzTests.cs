using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Fuzz;

/// <summary>Whatever a server tells of its stored code, it is read to its end; and what is in it is found among anything else.</summary>
public sealed class StoredCodeFuzzTests
{
    private static readonly string[] s_pieces =
    [
        "CREATE PROCEDURE `p`(IN a INT)", "CREATE TRIGGER `t` BEFORE INSERT ON x FOR EACH ROW", "BEGIN", "END", ";", "DECLARE", "HANDLER FOR",
        "NOT FOUND", "SET", "SESSION", "@@", ".", ",", "=", ":=", "x", "`y`", "``", "IF", "THEN", "ELSE", "CASE", "LOOP", "REPEAT", "WHILE", "DO",
        "l:", "CALL", "f(", ")", "(", "'", "\"", "/*!", "*/", "-- ", "\n", "SELECT", "INTO", "RETURN", "EXECUTE", "COMMIT", "RELEASE", "\u00e9", "$$",
        "DEFAULT", "1", "NEW", "TEMPORARY", "UPDATE",
    ];

    [Fact]
    public void Any_text_is_read_to_its_end() => FuzzRun.Of(
        10_000,
        static random => Text(random, 40),
        static (sql, random) =>
        {
            var mode = (LexerMode)random.Next(16);
            Assert.NotNull(RoutineBody.Inspect(sql, mode));
            Assert.NotNull(RoutineBody.InspectView(sql, mode));
            CalledRoutines.TryCollect(sql, mode, []);
            MentionedNames.Any(sql, mode, static name => name is "z");
        });

    [Fact]
    public void A_user_variable_is_found_wherever_it_stands() => FuzzRun.Of(
        5000,
        static random => [.. "CREATE PROCEDURE `p`() BEGIN "u8, .. Words(random), .. " SELECT f(1), @u; "u8, .. Words(random), .. " END"u8],
        static (sql, _) =>
        {
            var body = RoutineBody.Inspect(sql, LexerMode.None);
            Assert.NotEqual(StatementTraits.None, body.Traits & StatementTraits.UserVariables);
            Assert.Contains(new RoutineName(null, "f", RoutineKind.Function), body.Calls);
        });

    private static byte[] Text(Random random, int most) =>
        Encoding.UTF8.GetBytes(string.Join(random.Next(2) == 0 ? " " : "", random.GetItems(s_pieces, random.Next(most))));

    // Without what can hide the text that follows, or make f a local's name.
    private static byte[] Words(Random random)
    {
        var plain = s_pieces.Where(p => !"'\"/-$`".Any(p.Contains) && !p.Contains("f(", StringComparison.Ordinal)).ToArray();
        return Encoding.UTF8.GetBytes(string.Join(' ', random.GetItems(plain, random.Next(20))) + ";");
    }
}

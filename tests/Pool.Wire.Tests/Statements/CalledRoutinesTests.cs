using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class CalledRoutinesTests
{
    [Theory]
    [InlineData("SELECT 1", "")]
    [InlineData("CALL p", "?.p:Procedure")]
    [InlineData("CALL /* x */ Db.P(1, F(2));", "?.f:Function db.p:Procedure")]
    [InlineData("CALL `db`.`p`; CALL q", "?.q:Procedure db.p:Procedure")]
    [InlineData("SELECT COUNT(*), f (1), db.g(2), `h`(3) FROM t WHERE id IN (1, 2)", "?.f:Function ?.h:Function db.g:Function")]
    [InlineData("INSERT INTO t (a, b) VALUES (f(1), 2)", "?.f:Function")]
    [InlineData("SELECT a.b.c(1)", "\u0001.\u0001:Function")]
    [InlineData("SELECT `a``b`(1)", "\u0001.\u0001:Function")]
    public void Calls_of_a_statement_are_found(string sql, string calls)
    {
        var names = new HashSet<RoutineName>();
        Assert.True(CalledRoutines.TryCollect(Encoding.UTF8.GetBytes(sql), LexerMode.None, names));
        Assert.Equal(calls, string.Join(' ', names.Select(c => $"{c.Schema ?? "?"}.{c.Name}:{c.Kind}").Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void A_text_that_is_not_certain_says_so() =>
        Assert.False(CalledRoutines.TryCollect("SELECT f(1) /*!99999 , g(2) */"u8, LexerMode.None, []));

    [Theory]
    [InlineData("SELECT * FROM Orders", true)]
    [InlineData("SELECT * FROM `x`.`ORDERS` o", true)]
    [InlineData("SELECT 'orders', orders2 /* orders */", false)]
    [InlineData("SELECT /*!99999 1 */", true)]
    public void Names_of_a_statement_are_found(string sql, bool found) =>
        Assert.Equal(found, MentionedNames.Any(Encoding.UTF8.GetBytes(sql), LexerMode.None, static name => name is "orders"));

    [Fact]
    public void Names_that_only_the_server_can_compare_are_odd()
    {
        Assert.Equal(FoldedName.Odd, FoldedName.Of("\u00e9t\u00e9"));
        Assert.Equal("a b", FoldedName.Of("A b"));
        foreach (var sql in (string[])["SELECT * FROM `a``b`", "SELECT * FROM \u00e9t\u00e9"])
        {
            Assert.True(MentionedNames.Any(Encoding.UTF8.GetBytes(sql), LexerMode.None, static name => name is FoldedName.Odd), sql);
        }
    }
}

using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class KillStatementTests
{
    [Theory]
    [InlineData("KILL 5", KillScope.Connection, 5)]
    [InlineData("kill /* x */ connection 4294967296 ;", KillScope.Connection, 4294967296)]
    [InlineData("KILL QUERY 18446744073709551615", KillScope.Query, ulong.MaxValue)]
    [InlineData("/*! KILL */ QUERY 7 -- bye", KillScope.Query, 7)]
    public void A_kill_by_number_is_read(string sql, KillScope scope, ulong id)
    {
        Assert.True(KillStatement.TryParse(Encoding.ASCII.GetBytes(sql), LexerMode.None, out var readScope, out var readId));
        Assert.Equal((scope, id), (readScope, readId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("KILL")]
    [InlineData("KILL USER a")]
    [InlineData("KILL QUERY ID 5")]
    [InlineData("KILL CONNECTION_ID()")]
    [InlineData("KILL 5 + 1")]
    [InlineData("KILL 5.0")]
    [InlineData("KILL 0x5")]
    [InlineData("KILL -5")]
    [InlineData("KILL @a")]
    [InlineData("KILL '5'")]
    [InlineData("KILL 18446744073709551616")]
    [InlineData("KILL 5; SELECT 1")]
    [InlineData("KILL HARD 5")]
    [InlineData("KILL /*!99999 QUERY */ 5")]
    [InlineData("SELECT 5")]
    public void Anything_else_is_left_to_the_server(string sql) =>
        Assert.False(KillStatement.TryParse(Encoding.ASCII.GetBytes(sql), LexerMode.None, out _, out _));

    [Theory]
    [InlineData("KILL HARD 5", KillScope.Connection)]
    [InlineData("KILL SOFT QUERY 5", KillScope.Query)]
    public void MariaDb_says_how_hard(string sql, KillScope scope)
    {
        Assert.True(KillStatement.TryParse(Encoding.ASCII.GetBytes(sql), LexerMode.MariaDb, out var readScope, out var id));
        Assert.Equal((scope, 5UL), (readScope, id));
    }
}

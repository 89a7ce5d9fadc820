using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class ProcessListStatementTests
{
    [Theory]
    [InlineData("SHOW PROCESSLIST", false)]
    [InlineData("show /* x */ full processlist; ;", true)]
    [InlineData("  Show\tProcessList -- x", false)]
    public void What_is_asked_for_is_read_and_seen(string sql, bool full)
    {
        var text = Encoding.ASCII.GetBytes(sql);
        Assert.True(ProcessListStatement.TryParse(text, LexerMode.None, out var isFull));
        Assert.Equal(full, isFull);
        Assert.True((StatementInspector.Inspect(text, LexerMode.None).Traits & StatementTraits.ListsProcesses) != 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SHOW")]
    [InlineData("SHOW FULL")]
    [InlineData("SHOW FULL TABLES")]
    [InlineData("PROCESSLIST")]
    [InlineData("SHOW `PROCESSLIST`")]
    [InlineData("SHOW PROCESSLIST WHERE 1")]
    [InlineData("SHOW PROCESSLIST; SELECT 1")]
    [InlineData("SHOW FULL FULL PROCESSLIST")]
    [InlineData("SHOW PROCESSLIST /*!99999 x */")]
    public void Anything_else_is_left_to_the_server(string sql) =>
        Assert.False(ProcessListStatement.TryParse(Encoding.ASCII.GetBytes(sql), LexerMode.None, out _));
}

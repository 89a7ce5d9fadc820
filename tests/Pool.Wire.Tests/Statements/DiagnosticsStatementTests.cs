using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class DiagnosticsStatementTests
{
    [Theory]
    [InlineData("SHOW WARNINGS", false, false, 0, ulong.MaxValue)]
    [InlineData("show /* x */ errors; ;", true, false, 0, ulong.MaxValue)]
    [InlineData("SHOW WARNINGS LIMIT 64", false, false, 0, 64)]
    [InlineData("SHOW WARNINGS LIMIT 2, 18446744073709551615 -- x", false, false, 2, ulong.MaxValue)]
    [InlineData("SHOW ERRORS LIMIT 0 OFFSET 7", true, false, 7, 0)]
    [InlineData("SHOW COUNT(*) WARNINGS", false, true, 0, ulong.MaxValue)]
    [InlineData("SHOW COUNT( * ) ERRORS;", true, true, 0, ulong.MaxValue)]
    public void What_is_asked_for_is_read(string sql, bool errorsOnly, bool countOnly, ulong offset, ulong limit)
    {
        Assert.True(DiagnosticsStatement.TryParse(Encoding.ASCII.GetBytes(sql), LexerMode.None, out var request));
        Assert.Equal(new DiagnosticsRequest(errorsOnly, countOnly, offset, limit), request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SHOW")]
    [InlineData("SHOW TABLES")]
    [InlineData("WARNINGS")]
    [InlineData("SHOW WARNINGS; SELECT 1")]
    [InlineData("SHOW WARNINGS LIKE 'x'")]
    [InlineData("SHOW WARNINGS LIMIT")]
    [InlineData("SHOW WARNINGS LIMIT ?")]
    [InlineData("SHOW WARNINGS LIMIT -1")]
    [InlineData("SHOW WARNINGS LIMIT 1.5")]
    [InlineData("SHOW WARNINGS LIMIT 0x5")]
    [InlineData("SHOW WARNINGS LIMIT 1,")]
    [InlineData("SHOW WARNINGS LIMIT 1 OFFSET")]
    [InlineData("SHOW WARNINGS LIMIT 1, 2, 3")]
    [InlineData("SHOW WARNINGS LIMIT 18446744073709551616")]
    [InlineData("SHOW COUNT(*) WARNINGS LIMIT 1")]
    [InlineData("SHOW COUNT (*) WARNINGS")]
    [InlineData("SHOW COUNT(1) WARNINGS")]
    [InlineData("SHOW COUNT(*) TABLES")]
    [InlineData("SHOW `WARNINGS`")]
    [InlineData("SHOW WARNINGS /*!99999 LIMIT 1 */")]
    [InlineData("SHOW WARNINGS 'x")]
    public void Anything_else_is_left_to_the_server(string sql) =>
        Assert.False(DiagnosticsStatement.TryParse(Encoding.ASCII.GetBytes(sql), LexerMode.None, out _));
}

using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class XaStatementTests
{
    [Theory]
    [InlineData("XA COMMIT 'a'", true)]
    [InlineData("xa /* x */ rollback 'a', 'b', 1;", true)]
    [InlineData("XA COMMIT 'a' ONE PHASE", true)]
    [InlineData("XA START 'a'", false)]
    [InlineData("XA END 'commit'", false)]
    [InlineData("XA PREPARE 'a'", false)]
    [InlineData("XA COMMIT 'a'; XA START 'b'", false)]
    [InlineData("XA COMMIT 'a", false)]
    [InlineData("COMMIT", false)]
    [InlineData("", false)]
    public void Only_a_commit_or_rollback_by_itself_ends_the_transaction(string sql, bool ends) =>
        Assert.Equal(ends, XaStatement.Ends(Encoding.ASCII.GetBytes(sql), LexerMode.None));
}

using System.Text;
using Pool.Wire.Statements;

namespace Pool.Wire.Tests.Statements;

public sealed class SessionObjectsTests
{
    [Theory]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)", SessionObjectKind.TemporaryTable, ".t", "")]
    [InlineData("create temporary table if not exists `d`.`My t` AS SELECT 1", SessionObjectKind.TemporaryTable, "d.My t", "")]
    [InlineData("CREATE TEMPORARY TABLE d.t LIKE u;", SessionObjectKind.TemporaryTable, "d.t", "")]
    [InlineData("DROP TABLE a, d.b", SessionObjectKind.TemporaryTable, "", ".a d.b")]
    [InlineData("DROP TEMPORARY TABLE IF EXISTS `a` CASCADE;", SessionObjectKind.TemporaryTable, "", ".a")]
    [InlineData("DROP TABLES a RESTRICT", SessionObjectKind.TemporaryTable, "", ".a")]
    [InlineData("HANDLER d.t OPEN", SessionObjectKind.Handler, "t", "")]
    [InlineData("HANDLER t OPEN AS h", SessionObjectKind.Handler, "h", "")]
    [InlineData("HANDLER t OPEN `h`;", SessionObjectKind.Handler, "h", "")]
    [InlineData("HANDLER h READ FIRST WHERE a = 1", SessionObjectKind.Handler, "", "")]
    [InlineData("HANDLER h CLOSE", SessionObjectKind.Handler, "", "h")]
    [InlineData("SELECT GET_LOCK('a', 10)", SessionObjectKind.UserLock, "a", "")]
    [InlineData("SELECT GET_LOCK('a', -1) AS x, get_lock(\"a\", 0.5) y", SessionObjectKind.UserLock, "a a", "")]
    [InlineData("DO RELEASE_LOCK('a'), RELEASE_LOCK('b')", SessionObjectKind.UserLock, "", "a b")]
    [InlineData("SELECT RELEASE_ALL_LOCKS();", SessionObjectKind.UserLock, "", "", true)]
    [InlineData("PREPARE s FROM 'SELECT 1'", SessionObjectKind.PreparedText, "s", "")]
    [InlineData("DEALLOCATE PREPARE s", SessionObjectKind.PreparedText, "", "s")]
    [InlineData("DROP PREPARE `s`;", SessionObjectKind.PreparedText, "", "s")]
    public void Plain_statements_are_followed(string sql, SessionObjectKind kind, string created, string dropped, bool dropsAll = false)
    {
        Assert.True(Follow(sql, out var change));
        Assert.False(change.IsUnclear);
        Assert.Equal((kind, dropsAll), (change.Kind, change.DropsAll));
        Assert.Equal((created, dropped), (string.Join(' ', change.Created), string.Join(' ', change.Dropped)));
    }

    [Fact]
    public void MariaDb_replaces_temporary_tables()
    {
        var sql = "CREATE OR REPLACE TEMPORARY TABLE t (a INT)"u8;
        Assert.True(SessionObjects.TryFollow(sql, LexerMode.MariaDb, out var change));
        Assert.Equal([".t"], change.Created);
    }

    [Theory]
    [InlineData("ALTER TABLE t RENAME TO u", SessionObjectKind.TemporaryTable)]
    [InlineData("RENAME TABLE t TO u", SessionObjectKind.TemporaryTable)]
    [InlineData("DROP TABLE t, `a``b`", SessionObjectKind.TemporaryTable)]
    [InlineData("DROP TABLE \u00e9", SessionObjectKind.TemporaryTable)]
    [InlineData("DROP TABLE a.b.c", SessionObjectKind.TemporaryTable)]
    [InlineData("CREATE TEMPORARY SEQUENCE s", SessionObjectKind.TemporaryTable)]
    [InlineData("CREATE TEMPORARY TABLE t SELECT GET_LOCK('a', 1)", SessionObjectKind.Any)]
    [InlineData("SELECT 1; DROP TABLE t", SessionObjectKind.TemporaryTable)]
    [InlineData("DO GET_LOCK('a', 1); DROP TEMPORARY TABLE t", SessionObjectKind.Any)]
    [InlineData("HANDLER t", SessionObjectKind.Handler)]
    [InlineData("SELECT GET_LOCK(a, 1) FROM t", SessionObjectKind.UserLock)]
    [InlineData("SELECT RELEASE_LOCK('a') FROM t", SessionObjectKind.UserLock)]
    [InlineData("SELECT RELEASE_LOCK('a') WHERE 0", SessionObjectKind.UserLock)]
    [InlineData("DO RELEASE_LOCK('it''s')", SessionObjectKind.UserLock)]
    [InlineData("DO RELEASE_LOCK('a\\'b')", SessionObjectKind.UserLock)]
    [InlineData("DO RELEASE_LOCK('a' 'b')", SessionObjectKind.UserLock)]
    [InlineData("DO RELEASE_LOCK(_latin1'a')", SessionObjectKind.UserLock)]
    [InlineData("DO RELEASE_LOCK(CONCAT('a', 'b'))", SessionObjectKind.UserLock)]
    [InlineData("DO IF(0, RELEASE_LOCK('a'), 1)", SessionObjectKind.UserLock)]
    [InlineData("DO GET_LOCK('a', 1), RELEASE_LOCK('a')", SessionObjectKind.UserLock)]
    [InlineData("SELECT 1 UNION SELECT RELEASE_LOCK('a')", SessionObjectKind.UserLock)]
    [InlineData("EXECUTE s", SessionObjectKind.Any)]
    [InlineData("SELECT 'open", SessionObjectKind.Any)]
    public void The_rest_is_unclear(string sql, SessionObjectKind kind)
    {
        Assert.True(Follow(sql, out var change));
        Assert.True(change.IsUnclear);
        Assert.Equal(kind, change.Kind);
        Assert.Empty(change.Created);
        Assert.Empty(change.Dropped);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SELECT 1")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("CREATE TABLE t (a INT)")]
    [InlineData("DROP PROCEDURE p")]
    [InlineData("ALTER DATABASE d CHARACTER SET utf8mb4")]
    [InlineData("INSERT INTO t VALUES ('DROP TABLE t')")]
    [InlineData("TRUNCATE TABLE t")]
    public void Other_statements_are_none_of_its_concern(string sql)
    {
        Assert.False(Follow(sql, out var change));
        Assert.Equal(default, change);
    }

    private static bool Follow(string sql, out SessionObjectChange change) =>
        SessionObjects.TryFollow(Encoding.UTF8.GetBytes(sql), LexerMode.None, out change);
}

using Pool.Actors.Sessions;
using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

public sealed class PinnedObjectsTests
{
    [Theory]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)|DROP TEMPORARY TABLE t")]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)|CREATE TEMPORARY TABLE IF NOT EXISTS t (a INT)|DROP TABLE t")]
    [InlineData("USE b|CREATE TEMPORARY TABLE t (a INT)|DROP TABLE b.t")]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)|SELECT 1|CREATE TEMPORARY TABLE u (a INT)|DROP TABLE t, u")]
    [InlineData("SELECT GET_LOCK('a', 1)|SELECT GET_LOCK('a', 1)|DO RELEASE_LOCK('a')|DO RELEASE_LOCK('a')")]
    [InlineData("SELECT GET_LOCK('a', 1)|SELECT GET_LOCK('b', 1)|SELECT RELEASE_ALL_LOCKS()")]
    [InlineData("HANDLER t OPEN AS h|HANDLER h READ FIRST|HANDLER h CLOSE")]
    [InlineData("PREPARE s FROM 'SELECT 1'|DEALLOCATE PREPARE s")]
    [InlineData("XA START 'a'|XA END 'a'|XA PREPARE 'a'|XA COMMIT 'a'")]
    [InlineData("LOCK TABLES t READ|UNLOCK TABLES")]
    [InlineData("DROP TEMPORARY TABLE IF EXISTS t")]
    public async Task A_pin_ends_with_the_last_of_what_caused_it(string statements)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync(database: "a");
        var texts = statements.Split('|');
        foreach (var text in texts)
        {
            Assert.True((await client.QueryAsync(text)).Succeeded, text);
        }

        await node.HoldsAsync(client, false);
        await node.PinnedAsync(client, PinReasons.None);
        Assert.Null(node.SessionOf(client).PinnedBy);
        Assert.Equal(0, node.Backend.Pinned);
    }

    [Theory]
    [InlineData("SELECT GET_LOCK('a', 0)", "0", true)]
    [InlineData("SELECT GET_LOCK('a', 0), GET_LOCK('b', 0)", "01", false)]
    [InlineData("DO GET_LOCK('a', 0), GET_LOCK('b', 0)", "00", true)]
    [InlineData("SELECT GET_LOCK(CONCAT('a'), 0)|SELECT GET_LOCK('a', 0)", "0", false)]
    public async Task A_lock_that_was_waited_for_in_vain_pins_nobody(string statements, string held, bool inVain)
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) => statement.Text.StartsWith("SELECT CONCAT(IS_USED_LOCK(", StringComparison.Ordinal)
            ? FakeServerReply.Rows(connection.Session.Status, "held", [held]) : null;
        var client = await node.LogInAsync();
        foreach (var text in statements.Split('|'))
        {
            await client.QueryAsync(text);
        }

        await node.HoldsAsync(client, !inVain);
    }

    [Theory]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)|CREATE TEMPORARY TABLE u (a INT)|DROP TABLE t", PinReasons.TemporaryTables)]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)|USE b|DROP TABLE t", PinReasons.TemporaryTables)]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)|ALTER TABLE t RENAME TO u|DROP TABLE t", PinReasons.TemporaryTables)]
    [InlineData("SELECT GET_LOCK('a', 1)|SELECT GET_LOCK('a', 1)|DO RELEASE_LOCK('a')", PinReasons.UserLocks)]
    [InlineData("SELECT GET_LOCK(CONCAT('a'), 1)|SELECT RELEASE_LOCK('a')", PinReasons.UserLocks)]
    [InlineData("SELECT GET_LOCK('a', 1)|SELECT GET_LOCK('b', 1); SELECT 1|SELECT RELEASE_ALL_LOCKS()", PinReasons.UserLocks)]
    [InlineData("PREPARE s FROM 'SELECT 1'|EXECUTE s|DEALLOCATE PREPARE s", PinReasons.TextPrepare)]
    [InlineData("XA START 'a'|XA END 'a'", PinReasons.Xa)]
    [InlineData("LOCK INSTANCE FOR BACKUP|LOCK TABLES t READ|UNLOCK TABLES", PinReasons.GlobalLock)]
    [InlineData("WHATEVER 1|CREATE TEMPORARY TABLE t (a INT)|DROP TABLE t", PinReasons.Unknown)]
    public async Task A_pin_stays_as_long_as_there_is_a_doubt(string statements, PinReasons reason)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync(database: "a");
        foreach (var text in statements.Split('|'))
        {
            await client.QueryAsync(text);
        }

        await node.HoldsAsync(client, true);
        Assert.True((node.SessionOf(client).Pins & reason) != 0, $"{node.SessionOf(client).Pins}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_lock_outlives_UNLOCK_TABLES(bool sharesSettings)
    {
        await using var node = new TestNode(connections: 1);
        node.Backend.SharesSettings = sharesSettings;
        var client = await node.LogInAsync();
        await client.QueryAsync("LOCK INSTANCE FOR BACKUP");
        await client.QueryAsync("LOCK TABLES t READ");
        await client.QueryAsync("UNLOCK TABLES");
        await node.PinnedAsync(client, PinReasons.GlobalLock);
        await node.HoldsAsync(client, true);
    }

    [Fact]
    public async Task UNLOCK_TABLES_ends_a_read_lock_on_all_tables()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("FLUSH TABLES WITH READ LOCK");
        await node.PinnedAsync(client, PinReasons.TableLocks);
        await client.QueryAsync("UNLOCK TABLES");
        await node.HoldsAsync(client, false);
    }

    [Fact]
    public async Task A_table_that_could_not_be_dropped_pins()
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (_, statement) => statement.Text.StartsWith("DROP", StringComparison.Ordinal) ? FakeServerReply.Error(1051, "no") : null;
        var client = await node.LogInAsync();
        await client.QueryAsync("CREATE TEMPORARY TABLE t (a INT)");
        await client.QueryAsync("DROP TABLE t, u");
        await node.HoldsAsync(client, true);
        Assert.True((node.SessionOf(client).Pins & PinReasons.TemporaryTables) != 0);
    }

    [Fact]
    public async Task The_statement_that_began_the_pin_is_shown_without_its_literals()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SELECT GET_LOCK('secret', 5)");
        await client.QueryAsync("CREATE TEMPORARY TABLE t (a INT)");
        await node.HoldsAsync(client, true);
        var pinnedBy = node.SessionOf(client).PinnedBy!;
        Assert.StartsWith("SELECT GET_LOCK", pinnedBy, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", pinnedBy, StringComparison.Ordinal);
        Assert.NotEqual(0, node.SessionOf(client).PinnedSince);
    }
}

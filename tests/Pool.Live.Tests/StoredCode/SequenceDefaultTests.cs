using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.StoredCode;

/// <summary>A session remembers what it drew from a sequence, also where only the default of a column says that it draws. MariaDB alone has them.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class SequenceDefaultTests(FaultRig<MariaDbServer> rig)
{
    [Fact]
    public async Task What_a_default_drew_is_its_sessions_own()
    {
        await using var administrator = await DefineAsync("drawn");

        // Two connections for sessions, and one for control.
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 3 });
        await using var first = await node.ConnectAsync();
        await using var second = await node.ConnectAsync();
        await first.QueryAsync("INSERT INTO drawn.t (v) VALUES (1)");
        Assert.Null(await second.QueryAsync("SELECT PREVIOUS VALUE FOR drawn.s"));
        Assert.Equal("1", await first.QueryAsync("SELECT LASTVAL(drawn.s)"));
        await first.QueryAsync("INSERT INTO drawn.t (v) VALUES (2)");
        Assert.Null(await second.QueryAsync("SELECT PREVIOUS VALUE FOR drawn.s"));
        Assert.Equal("2", await first.QueryAsync("SELECT LASTVAL(drawn.s)"));
    }

    [Fact]
    public async Task Only_what_may_draw_keeps_the_connection()
    {
        await using var administrator = await DefineAsync("drawing");
        await using var node = await rig.StartNodeAsync();
        await StoredCodeTrial.AssertKeepsAsync(
            node,
            "drawing",
            ("INSERT INTO t (v) VALUES (1)", true), ("INSERT INTO drawing.t SELECT 100, 1", true), ("REPLACE INTO `T` (v) VALUES (2)", true),
            ("UPDATE t SET id = DEFAULT LIMIT 1", true), ("LOAD DATA INFILE 'nowhere' INTO TABLE t (v)", true), ("INSERT INTO seen (v) VALUES (1)", true),
            ("CALL adds()", true), ("INSERT INTO sums (v) VALUES (1)", true),
            ("SELECT * FROM t", false), ("SELECT * FROM seen", false), ("INSERT INTO plain (v) VALUES (1)", false), ("INSERT INTO texts (v) VALUES (1)", false));
    }

    [Fact]
    public async Task A_default_made_through_the_node_counts_for_the_next_statement()
    {
        await using var administrator = await DefineAsync("late");
        await using var node = await rig.StartNodeAsync();
        await using var author = await node.ConnectAsync();
        await using var client = await node.ConnectAsync();
        await client.QueryAsync("INSERT INTO late.plain (v) VALUES (1)");
        Assert.False(await StoredCodeTrial.IsKeptAsync(node, client));
        await author.QueryAsync("ALTER TABLE late.plain ADD COLUMN n INT DEFAULT (NEXT VALUE FOR late.s)");
        await client.QueryAsync("INSERT INTO late.plain (v) VALUES (2)");
        Assert.True(await StoredCodeTrial.IsKeptAsync(node, client));
    }

    private Task<SqlClient> DefineAsync(string schema) => StoredCodeTrial.DefineAsync(
        rig,
        schema,
        "CREATE SEQUENCE s", "CREATE SEQUENCE `odd s`", "CREATE TABLE t (id INT PRIMARY KEY DEFAULT (NEXT VALUE FOR s), v INT)",
        "CREATE TABLE sums (id BIGINT DEFAULT (1 + NEXTVAL(`odd s`)), v INT)", "CREATE TABLE plain (id INT AUTO_INCREMENT PRIMARY KEY, v INT)",
        "CREATE TABLE texts (a VARCHAR(20) DEFAULT 'nextval(s)', v INT)", "CREATE VIEW seen AS SELECT * FROM t",
        "CREATE PROCEDURE adds() INSERT INTO t (v) VALUES (3)");
}

using System.Text;
using Pool.Actors.Backends;
using Pool.Actors.Backends.StoredCode;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Wire.Statements;

namespace Pool.Live.Tests.StoredCode;

/// <summary>Stored code that is harmless lets its session's connection go, and whatever leaves something behind keeps it.</summary>
public abstract class StoredCodeTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private static ServerFlavour Flavour => typeof(TServer) == typeof(MariaDbServer) ? ServerFlavour.MariaDb : ServerFlavour.MySql;

    private static LexerMode Mode => Flavour == ServerFlavour.MariaDb ? LexerMode.MariaDb : LexerMode.None;

    [Fact]
    public async Task Only_code_that_leaves_something_keeps_the_connection()
    {
        await using var administrator = await DefineAsync("kept");
        await using var node = await rig.StartNodeAsync();
        await StoredCodeTrial.AssertKeepsAsync(
            node,
            "kept",
            ("CALL harmless(1)", false), ("SELECT plus(1), kept.plus(2)", false), ("CALL adds(5)", false), ("SELECT * FROM v", false),
            ("INSERT INTO audited VALUES (1)", false), ("CALL fails()", false), ("CALL sets_mode()", false),
            ("SELECT sets_user(1)", true), ("CALL deep()", true), ("INSERT INTO spied VALUES (1)", true), ("SELECT * FROM spying", true),
            ("CALL locks()", true), ("CALL makes_table()", true), ("CALL prepares()", true), ("SELECT kept.nothing(1)", true), ("SELECT * FROM spied", false));
    }

    [Fact]
    public async Task What_code_leaves_to_its_session_stays_the_sessions_own()
    {
        await using var administrator = await DefineAsync("own");
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 2 });
        await using var one = await node.ConnectAsync();
        await using var two = await node.ConnectAsync();
        await one.QueryAsync("USE own");
        await two.QueryAsync("USE own");
        await one.QueryAsync("CALL adds(1)");
        await two.QueryAsync("CALL adds(2)");
        await two.QueryAsync("CALL adds(3)");
        Assert.Equal("1:2", $"{await one.QueryAsync("SELECT last_one()")}:{await two.QueryAsync("SELECT last_one() - 1")}");
        await one.QueryAsync("CALL sets_mode()");
        Assert.Equal("1", await one.QueryAsync("SELECT @@sql_safe_updates"));
        Assert.Equal("0", await two.QueryAsync("SELECT @@sql_safe_updates"));
        Assert.False(await StoredCodeTrial.IsKeptAsync(node, one));
    }

    [Fact]
    public async Task A_definition_through_the_node_counts_for_the_next_statement()
    {
        await using var administrator = await DefineAsync("changed");
        await using var node = await rig.StartNodeAsync();
        await using var author = await node.ConnectAsync();
        for (var round = 0; round < 5; round++)
        {
            foreach (var (body, pins) in new[] { ("SELECT 1", false), ("SET @x = 1", true) })
            {
                await using var client = await node.ConnectAsync();
                await client.QueryAsync("USE changed");
                await author.QueryAsync("DROP PROCEDURE IF EXISTS changed.p");
                await author.QueryAsync($"CREATE PROCEDURE changed.p() {body}");
                await client.QueryAsync("CALL p()");
                Assert.True(pins == await StoredCodeTrial.IsKeptAsync(node, client), $"{body}, round {round}");
            }
        }
    }

    [Fact]
    public async Task A_trigger_made_through_the_node_counts_for_the_next_statement()
    {
        await using var administrator = await DefineAsync("armed");
        await using var node = await rig.StartNodeAsync();
        await using var author = await node.ConnectAsync();
        await using var client = await node.ConnectAsync();
        await client.QueryAsync("INSERT INTO armed.audited VALUES (1)");
        Assert.False(await StoredCodeTrial.IsKeptAsync(node, client));
        await author.QueryAsync("CREATE TRIGGER armed.late AFTER INSERT ON armed.audited FOR EACH ROW SET @late = 1");
        await client.QueryAsync("INSERT INTO armed.audited VALUES (2)");
        Assert.True(await StoredCodeTrial.IsKeptAsync(node, client));
    }

    [Fact]
    public async Task A_definition_behind_the_nodes_back_is_seen_after_a_while()
    {
        await using var administrator = await DefineAsync("hidden");
        await using var node = await rig.StartNodeAsync();
        await using (var before = await node.ConnectAsync())
        {
            await before.QueryAsync("CALL hidden.harmless(1)");
            Assert.False(await StoredCodeTrial.IsKeptAsync(node, before));
        }

        await administrator.QueryAsync("DROP PROCEDURE hidden.harmless");
        await administrator.QueryAsync("CREATE PROCEDURE hidden.harmless(n INT) SELECT GET_LOCK('hidden', 0)");
        await Eventually.TrueAsync(
            async () =>
            {
                await using var client = await node.ConnectAsync();
                await client.QueryAsync("CALL hidden.harmless(1)");
                return await StoredCodeTrial.IsKeptAsync(node, client);
            },
            () => "the change is not seen");
    }

    [Fact]
    public async Task What_the_account_may_not_see_is_unknown()
    {
        await using var administrator = await DefineAsync("secret");
        foreach (var sql in new[]
        {
            $"CREATE USER IF NOT EXISTS low IDENTIFIED BY '{FaultNode.AccountPassword}'", "GRANT SELECT, INSERT, EXECUTE ON secret.* TO low",
        })
        {
            await administrator.QueryAsync(sql);
        }

        await using var low = await SqlClient.ConnectAsync(rig.Server.Port, "low", FaultNode.AccountPassword);
        var seen = await CatalogueAsync(administrator);
        var unseen = await CatalogueAsync(low);
        foreach (var sql in new[] { "CALL harmless(1)", "SELECT plus(1)" })
        {
            Assert.True(seen.Of(Encoding.UTF8.GetBytes(sql), Mode, "secret").IsHarmless, sql);
            Assert.False(unseen.Of(Encoding.UTF8.GetBytes(sql), Mode, "secret").IsHarmless, sql);
        }

        Assert.Equal(StatementTraits.None, seen.OfMentioned("SELECT * FROM v"u8, Mode, "secret", writes: false));
        Assert.NotEqual(StatementTraits.None, unseen.OfMentioned("SELECT * FROM v"u8, Mode, "secret", writes: false));
    }

    [Fact]
    public async Task Code_is_read_as_its_author_meant_it()
    {
        await using var administrator = await DefineAsync("quoted");
        foreach (var sql in new[]
        {
            @"CREATE PROCEDURE quoted.escapes() SELECT 'a\'b', ""q\""x"", 'it''s', '\\', N'@x'",
            "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
            @"CREATE PROCEDURE quoted.plain() BEGIN SELECT 'a\'; SET @x = '; SELECT '; END",
            "SET sql_mode = 'ANSI_QUOTES'",
            @"CREATE PROCEDURE quoted.ansi() SELECT ""a"" FROM ""audited"" WHERE 'a""b\'' <> '@x'",
            @"CREATE VIEW quoted.texts AS SELECT 'a\'b\\' y, ""a"" FROM ""audited""",
            "SET sql_mode = ''",
        })
        {
            await administrator.QueryAsync(sql);
        }

        var catalogue = await CatalogueAsync(administrator);
        foreach (var (name, harmless) in new[] { ("escapes", true), ("plain", false), ("ansi", true) })
        {
            var verdict = catalogue.Of(Encoding.UTF8.GetBytes($"CALL {name}()"), Mode, "quoted");
            Assert.True(harmless == verdict.IsHarmless, $"{name}: {verdict.Obstacle}");
        }

        Assert.Equal(StatementTraits.None, catalogue.OfMentioned("SELECT * FROM texts"u8, Mode, "quoted", writes: false));
    }

    private static async Task<StoredCodeCatalogue> CatalogueAsync(SqlClient client)
    {
        var reader = new StoredCodeReader(async (sql, _) => await client.TryAsync(sql), Flavour);
        return await reader.ReadAsync(CancellationToken.None) ?? throw new InvalidOperationException("the stored code cannot be read");
    }

    private Task<SqlClient> DefineAsync(string schema) => StoredCodeTrial.DefineAsync(
        rig,
        schema,
        "CREATE TABLE ids (id INT AUTO_INCREMENT PRIMARY KEY, a INT)", "CREATE TABLE log (a INT)",
        "CREATE TABLE audited (a INT)", "CREATE TABLE spied (a INT)",
        "CREATE TRIGGER audit BEFORE INSERT ON audited FOR EACH ROW BEGIN INSERT INTO log VALUES (NEW.a); SET NEW.a = NEW.a + 1; END",
        "CREATE TRIGGER spy BEFORE INSERT ON spied FOR EACH ROW SET @spied = 1",
        "CREATE FUNCTION plus(n INT) RETURNS INT DETERMINISTIC BEGIN DECLARE r INT DEFAULT 1; SET r = n + r; RETURN r; END",
        "CREATE FUNCTION last_one() RETURNS INT READS SQL DATA RETURN LAST_INSERT_ID()",
        "CREATE FUNCTION sets_user(n INT) RETURNS INT DETERMINISTIC BEGIN SET @n := n; RETURN n; END",
        "CREATE PROCEDURE harmless(n INT) BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SET n = 0; IF n > 0 THEN SELECT plus(n); END IF; END",
        "CREATE PROCEDURE adds(n INT) INSERT INTO ids (a) VALUES (n)",
        "CREATE PROCEDURE fails() SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'",
        "CREATE PROCEDURE sets_mode() SET SESSION sql_safe_updates = 1",
        "CREATE PROCEDURE deep() BEGIN IF plus(1) THEN SELECT sets_user(1); END IF; END",
        "CREATE PROCEDURE locks() SELECT GET_LOCK('l', 0)",
        "CREATE PROCEDURE makes_table() CREATE TEMPORARY TABLE made SELECT 1",
        "CREATE PROCEDURE prepares() BEGIN SET @q = 'SELECT 1'; PREPARE q FROM @q; END",
        "CREATE VIEW v AS SELECT plus(a) AS a FROM log",
        "CREATE VIEW spying AS SELECT sets_user(1) AS a");
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbStoredCodeTests(FaultRig<MariaDbServer> rig) : StoredCodeTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlStoredCodeTests(FaultRig<MySqlServer> rig) : StoredCodeTests<MySqlServer>(rig);

using System.Text;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Twin;

/// <summary>
/// A client of the old format is told before the rows whether another result follows, as the server tells it: libmariadb goes by that
/// when it does not store a prepared statement's rows.
/// </summary>
public abstract class MoreResultsTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private static readonly string s_long = new('x', 20_000);

    private static readonly string[] s_definitions =
    [
        "DROP DATABASE IF EXISTS more", "CREATE DATABASE more", "CREATE PROCEDURE more.two() BEGIN SELECT 1; SELECT 2; END",
        "CREATE PROCEDURE more.none() DO 1", "CREATE PROCEDURE more.takes(s TEXT) SELECT LENGTH(s)",
        "CREATE PROCEDURE more.gives(OUT n INT) BEGIN SELECT 1; SET n = 2; END",
        "CREATE PROCEDURE more.fails() BEGIN SELECT 1; SIGNAL SQLSTATE '45000'; END",
        "CREATE PROCEDURE more.opens() BEGIN DECLARE c CURSOR FOR SELECT 1; OPEN c; SELECT 1 LIMIT 0; CLOSE c; SELECT 2 LIMIT 0; END",
        "CREATE PROCEDURE more.dynamic() BEGIN PREPARE d FROM 'SELECT 5'; EXECUTE d; DEALLOCATE PREPARE d; END",
    ];

    private static readonly string[] s_texts =
    [
        "SELECT 1", "SELECT 1;", "SELECT 1 UNION SELECT 2", "SELECT 1; SELECT 2", "SELECT 1; SELECT 2 ; ", "SELECT 1; DO 1", "DO 1; SELECT 1",
        "SELECT 1; SELECT 2 UNION SELECT 3; SELECT 4", "SELECT 1; SELECT nonsense; SELECT 2", "SELECT 1; nonsense", "SHOW DATABASES; CHECKSUM TABLE t; DO 1",
        "SELECT 1; -- done", "SELECT 1; --", "SELECT 1; /* done */", "SELECT 1; #", "SELECT 1; /*! */", "SELECT 1 /* ; */;", "/*! SELECT 1 */; SELECT 2",
        "CALL more.two()", "CALL more.two();", "CALL more.two(); -- done", "CALL more.none()", "CALL more.fails()", "CALL more.dynamic()", "CALL more.gives(@n)", "CALL more.opens()", "CALL more.opens(); SELECT 3",
        "/*! CALL */ more.two()", "CALL more.nonsense()", "SELECT 3; CALL more.two()", "CALL more.two(); SELECT 3", "CALL more.none(); SELECT 3; SELECT 4",
        "DO 1; CALL more.two(); SELECT 3; CALL more.two(); CALL more.fails(); SELECT 4", "CALL more.two(); DO 1", "CALL more.two(); SELECT 3; SELECT 4",
        "CREATE PROCEDURE more.three() SELECT 3; SELECT 4", "SELECT 5; DROP PROCEDURE more.three",
        "PREPARE p FROM 'SELECT 7'; EXECUTE p; EXECUTE p", "EXECUTE p", "DEALLOCATE PREPARE p; SELECT 8",
        string.Join(';', Enumerable.Range(0, 70).Select(i => $"SELECT {i}")), $"SELECT LENGTH('{s_long}'); SELECT 2", $"CALL more.takes('{s_long}')",
    ];

    private static readonly string[] s_prepared =
    [
        "SELECT 1", "SELECT 1; -- done", "CALL more.two()", "CALL more.two(); -- done", "CALL more.none()", "CALL more.fails()", "CALL more.dynamic()",
        "CALL more.opens()", $"CALL more.takes('{s_long}')", "DO 1",
    ];

    /// <summary>What only this server knows.</summary>
    protected virtual IEnumerable<string> OwnTexts => [];

    /// <summary>What only this server prepares.</summary>
    protected virtual IEnumerable<string> OwnPrepared => [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_text_of_one_statement_or_several_tells_it(bool several) => SameAsync(several ? Capabilities.MultiStatements : Capabilities.None, async ask =>
    {
        foreach (var text in s_texts.Concat(OwnTexts))
            await ask(text, client => client.QueryAsync(text));
    });

    [Fact]
    public Task A_text_of_several_statements_tells_it_only_while_the_session_may_send_them() => SameAsync(Capabilities.MultiStatements, async ask =>
    {
        foreach (byte option in (byte[])[1, 0])
        {
            await ask("COM_SET_OPTION", client => client.RunAsync(CommandCode.SetOption, [option, 0]));
            await ask("a comment", client => client.QueryAsync("SELECT 1; -- done"));
        }
    });

    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public Task A_prepared_statement_tells_it(string settingsPool) => SameAsync(Capabilities.MultiStatements, settingsPool, async ask =>
    {
        foreach (var text in s_prepared.Concat(OwnPrepared))
        {
            await ask($"prepare {text}", client => client.RunAsync(CommandCode.StmtPrepare, Encoding.UTF8.GetBytes(text)));

            // A server tells of the procedure's cursor as if it were the client's, who asks for one.
            foreach (byte cursor in (byte[])(text.Contains("opens", StringComparison.Ordinal) ? [0] : [0, 1]))
                await ask($"execute {text}", client => client.RunAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(client.PreparedId), cursor, 1, 0, 0, 0]));
            await ask("close", client => client.RunAsync(CommandCode.StmtClose, BitConverter.GetBytes(client.PreparedId)));
        }
    });

    private Task SameAsync(Capabilities flags, Func<Func<string, Func<WireClient, Task<WireReply>>, Task>, Task> run) => SameAsync(flags, "on", run);

    private async Task SameAsync(Capabilities flags, string settingsPool, Func<Func<string, Func<WireClient, Task<WireReply>>, Task>, Task> run)
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 3, SettingsPool = settingsPool });
        await using var direct = await WireClient.ConnectAsync(
            rig.Server.Port, new WireIdentity(FaultRig<TServer>.Account, FaultNode.AccountPassword, "pool") { Flags = flags });
        await using var pooled = await WireClient.ConnectAsync(
            node.Process.Port, new WireIdentity(FaultNode.User, FaultNode.UserPassword, "pool") { Flags = flags });
        var faults = new List<string>();
        await run(async (what, ask) =>
        {
            var replies = new List<WireReply>();
            foreach (var client in new[] { direct, pooled })
            {
                // Both change the same server.
                foreach (var definition in what.Contains("more.three", StringComparison.Ordinal) ? [] : s_definitions)
                    await administrator.QueryAsync(definition);
                if (what.StartsWith("SELECT 5; DROP", StringComparison.Ordinal))
                    await administrator.QueryAsync("CREATE PROCEDURE IF NOT EXISTS more.three() SELECT 3");
                replies.Add(await ask(client));
                if (what.StartsWith("CREATE PROCEDURE", StringComparison.Ordinal))
                    await administrator.QueryAsync("DROP PROCEDURE IF EXISTS more.three");
            }

            if (replies[0].DifferenceTo(replies[1]) is { } difference)
                faults.Add($"{what[..Math.Min(what.Length, 100)]}: {difference}");
        });
        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbMoreResultsTests(FaultRig<MariaDbServer> rig) : MoreResultsTests<MariaDbServer>(rig)
{
    /// <inheritdoc/>
    protected override IEnumerable<string> OwnTexts =>
    [
        .. OwnPrepared, "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END; SELECT 3", "SELECT 0; BEGIN NOT ATOMIC SELECT 1; END", "SET STATEMENT max_statement_time = 50 FOR SELECT 1; DO 1",
        "SELECT 0; CALL more.two(); IF 1 THEN SELECT 1; SELECT 2; END IF; SELECT 3", "EXECUTE IMMEDIATE 'SELECT 1'; SELECT 2",
        "SET sql_mode = 'ORACLE'", "DECLARE x INT; BEGIN SELECT 1; SELECT 2; END", "BEGIN SELECT 1; END", "SET sql_mode = DEFAULT",
    ];

    /// <inheritdoc/>
    protected override IEnumerable<string> OwnPrepared =>
    [
        "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END", "BEGIN NOT ATOMIC DO 1; END", "IF 1 THEN SELECT 1; SELECT 2; END IF", "FOR i IN 1..3 DO SELECT i; END FOR",
        "CASE WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE", "SET STATEMENT max_statement_time = 50 FOR CALL more.two()",
        "SET STATEMENT max_statement_time = 50 FOR SELECT 1", "CHECK TABLE nonsense",
    ];
}

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlMoreResultsTests(FaultRig<MySqlServer> rig) : MoreResultsTests<MySqlServer>(rig);

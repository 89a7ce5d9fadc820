using System.Text;
using Pool.Actors.Backends;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.StoredCode;
using Pool.Live.Tests.Support;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.UserVariables;

/// <summary>User variables travel with their session, whichever connection it runs on.</summary>
public abstract class UserVariableTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int Sessions = 8;
    private const Capabilities Format = Capabilities.DeprecateEof | Capabilities.SessionTrack | Capabilities.Protocol41;

    /// <summary>Two connections for sessions, and one for control.</summary>
    private static readonly NodeSettings s_small = new() { MaxConnections = 3 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Eight_sessions_on_two_connections_see_what_their_twins_on_direct_connections_see(int seed)
    {
        await using var node = await rig.KeptNodeAsync(s_small);
        var random = new Random(seed);
        var statements = new UserVariableStatements(random);
        var pairs = new List<(SqlClient Pooled, SqlClient Direct)>();
        var history = Enumerable.Range(0, Sessions).Select(_ => new List<string>()).ToList();
        for (var i = 0; i < Sessions; i++)
        {
            pairs.Add((await node.ConnectAsync(), await rig.AdministratorAsync()));

            // Known to use variables before its first transaction.
            await pairs[i].Pooled.QueryAsync("SELECT @z");
        }

        var inTransaction = -1;
        for (var step = 0; step < 300; step++)
        {
            var who = random.Next(Sessions);
            var sql = random.Next(12) == 0 && (inTransaction < 0 || inTransaction == who)
                ? inTransaction < 0 ? "BEGIN" : "COMMIT"
                : statements.Next();
            inTransaction = sql switch { "BEGIN" => who, "COMMIT" => -1, _ => inTransaction };
            history[who].Add(sql);
            var (pooled, direct) = (await pairs[who].Pooled.TryAsync(sql), await pairs[who].Direct.TryAsync(sql));
            if (Seen(pooled) != Seen(direct))
            {
                Assert.Fail($"seed {seed}, step {step}, session {who}:\n{string.Join(";\n", history[who].TakeLast(12))}\n"
                    + $"through the pool: {Seen(pooled)}\ndirect:           {Seen(direct)}");
            }
        }

        Assert.DoesNotContain("UserVariables", await node.Process.AdminAsync("/sessions"), StringComparison.Ordinal);
        foreach (var (pooled, direct) in pairs)
        {
            await pooled.DisposeAsync();
            await direct.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("CREATE TEMPORARY TABLE test_t (a INT)", "TemporaryTables", "DROP TABLE test_t")]
    [InlineData("SELECT GET_LOCK('live secret', 1)", "UserLocks", "DO RELEASE_LOCK('live secret')")]
    [InlineData("PREPARE s FROM 'SELECT 1'", "TextPrepare", "DEALLOCATE PREPARE s")]
    public async Task A_pin_is_shown_with_its_statement_and_ends_with_its_cause(string begins, string reason, string ends)
    {
        await using var node = await rig.KeptNodeAsync(s_small);
        await using var client = await node.ConnectAsync();
        await client.QueryAsync("CREATE DATABASE IF NOT EXISTS pins");
        await client.QueryAsync("USE pins");
        await client.QueryAsync(begins);
        var sessions = "";
        await Eventually.TrueAsync(
            async () => (sessions = await node.Process.AdminAsync("/sessions")).Contains(reason, StringComparison.Ordinal), () => $"no pin: {sessions}");
        Assert.Contains($"\"pinned\":\"{reason}\"", sessions, StringComparison.Ordinal);
        Assert.Contains($"\"pinnedBy\":\"{begins.Split(' ')[0]}", sessions, StringComparison.Ordinal);
        Assert.DoesNotContain("live secret", sessions, StringComparison.Ordinal);
        await client.QueryAsync(ends);
        await Eventually.TrueAsync(async () => (await node.PoolAsync()).Leased == 0, () => "the connection is kept");
        Assert.DoesNotContain(reason, await node.Process.AdminAsync("/sessions"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_tries_in_vain_for_a_lock_keeps_no_connection()
    {
        await using var node = await rig.KeptNodeAsync(s_small);
        await using var holder = await node.ConnectAsync();
        await using var other = await node.ConnectAsync();
        await holder.QueryAsync("SELECT GET_LOCK('live job', 0)");
        Assert.Equal("0", await other.QueryAsync("SELECT GET_LOCK('live job', 0)"));
        Assert.Equal("-1", await other.QueryAsync("SELECT ROW_COUNT()"));
        await other.QueryAsync("DO GET_LOCK('live job', 0)");
        await Eventually.TrueAsync(async () => (await node.PoolAsync()).Leased == 1, () => "the connection is kept");
        Assert.Equal("1", await holder.QueryAsync("SELECT RELEASE_LOCK('live job')"));
        Assert.Equal("1", await other.QueryAsync("SELECT GET_LOCK('live job', 0)"));
        await Eventually.TrueAsync(async () => (await node.PoolAsync()).Leased == 1, () => "the connection with the lock is not kept alone");
        Assert.Equal("1", await other.QueryAsync("SELECT RELEASE_LOCK('live job')"));
    }

    // When the statement is prepared, MariaDB gives the variable the character set of what it is to be assigned; both make it if there is none.
    [Theory]
    [InlineData("SET @v = ?", "@v = 'text'")]
    [InlineData("SELECT @v := CAST(? AS CHAR CHARACTER SET latin1)", "@v = 'text'")]
    [InlineData("SET @v = ?", "@w = 'text'")]
    [InlineData("SET @v = 'other'", "@w = 'text'")]
    public async Task To_prepare_an_assignment_does_to_the_sessions_variable_what_it_does_at_the_server_and_nothing_to_anothers(
        string assignment, string first)
    {
        const string Asks = "SELECT @v, CHARSET(@v), @v = 'TEXT'";
        await using var node = await rig.KeptNodeAsync(new NodeSettings { MaxConnections = 2 });
        await using var direct = await rig.AdministratorAsync();
        await using var pooled = await node.ConnectAsync();
        await using var other = await node.ConnectAsync();
        foreach (var client in new[] { direct, pooled, other })
            await client.QueryAsync($"SET NAMES utf8mb4, {first}");

        var before = Shown(await other.TryAsync(Asks));
        foreach (var client in new[] { direct, pooled })
            Assert.Equal(0, (await client.RunAsync(CommandCode.StmtPrepare, Encoding.UTF8.GetBytes(assignment))).Summary.ErrorCode);

        Assert.Equal(before, Shown(await other.TryAsync(Asks)));
        Assert.Equal(Shown(await direct.TryAsync(Asks)), Shown(await pooled.TryAsync(Asks)));
        Assert.DoesNotContain("UserVariables", await node.Process.AdminAsync("/sessions"), StringComparison.Ordinal);
    }

    // The function leaves nothing behind, and nobody calls it.
    [Theory]
    [InlineData("")]
    [InlineData(", preparing.harmless(1)")]
    [InlineData(", @\u00e9")]
    public async Task To_prepare_an_assignment_does_nothing_to_anothers_variable_whatever_stands_beside_it(string beside)
    {
        const string Asks = "SELECT @v, CHARSET(@v), @v = 'TEXT'";
        await using var administrator = await StoredCodeTrial.DefineAsync(
            rig, "preparing", "CREATE FUNCTION harmless(n INT) RETURNS INT DETERMINISTIC NO SQL RETURN n");
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 2 });
        await using var client = await node.ConnectAsync();
        await using var other = await node.ConnectAsync();
        await other.QueryAsync("SET @v = _latin1 x'E9'");
        var before = Shown(await other.TryAsync(Asks));
        Assert.Equal(0, (await PrepareAsync(client, $"SELECT @v := _utf8mb4'x'{beside}")).Summary.ErrorCode);
        Assert.Equal(before, Shown(await other.TryAsync(Asks)));
    }

    [Fact]
    public async Task Long_data_for_a_statement_that_is_prepared_anew_do_nothing_to_anothers_variable()
    {
        const string Asks = "SELECT @v, CHARSET(@v), @v = 'TEXT'";
        await using var node = await rig.KeptNodeAsync(new NodeSettings { MaxConnections = 2 });
        await using var client = await node.ConnectAsync();
        await using var other = await node.ConnectAsync();
        var id = BitConverter.GetBytes((await PrepareAsync(client, "SELECT @v := _utf8mb4'x', ?")).Summary.StatementId);

        // It is gone from the connection with this.
        await other.QueryAsync("SET timestamp = 1");
        await other.RunAsync(CommandCode.ResetConnection, []);
        await other.QueryAsync("SET @v = _latin1 x'E9'");
        var before = Shown(await other.TryAsync(Asks));
        await client.RunAsync(CommandCode.StmtSendLongData, [.. id, 0, 0, .. "part"u8]);
        Assert.Equal(0, (await client.RunAsync(CommandCode.StmtReset, id)).Summary.ErrorCode);
        Assert.Equal(before, Shown(await other.TryAsync(Asks)));
    }

    private static Task<RawReply> PrepareAsync(SqlClient client, string text) => client.RunAsync(CommandCode.StmtPrepare, Encoding.UTF8.GetBytes(text));

    private static string Shown(QueryResult result) => TypedRow.Read(result.Packets.Span, Format) is { Values: { } values } row
        ? string.Join(", ", row.Columns.Zip(values).Select(c => $"{c.First.Type} {Encoding.UTF8.GetString(c.Second ?? [])}")) : $"error {result.ErrorCode}";

    private static string Seen(QueryResult result)
    {
        if (result.ErrorCode != 0 || TypedRow.Read(result.Packets.Span, Format) is not { Values: { } values } row)
        {
            return $"error {result.ErrorCode}";
        }

        // A variable that was a string, then a number, and is then given another variable's NULL has the string's collation again at
        // MySQL: nothing tells of it before, so that it does not travel. What is shown of a NULL is that it is one.
        return values[0] is null
            ? $"NULL, {row.Columns[0].Type is ColumnType.MediumBlob or ColumnType.LongBlob}"
            : string.Join(", ", row.Columns.Zip(values).Where(c => c.Second is not null)
                .Select(c => $"{c.First.Type} {c.First.Length}{(c.First.IsUnsigned ? "u" : "")} {Convert.ToHexString(c.Second!)}"));
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbUserVariableTests(FaultRig<MariaDbServer> rig) : UserVariableTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlUserVariableTests(FaultRig<MySqlServer> rig) : UserVariableTests<MySqlServer>(rig);

using System.Globalization;
using System.Text;
using Pool.Actors.Backends;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Cluster.Sessions;

public sealed class ProcessListTests
{
    private const Capabilities OldFormat = FakeClient.Flags & ~(Capabilities.DeprecateEof | Capabilities.SessionTrack);
    private static readonly string[] s_mySql = ["Id", "User", "Host", "db", "Command", "Time", "State", "Info"];
    private static readonly string[] s_mariaDb = [.. s_mySql, "Progress"];

    [Theory]
    [InlineData(FakeClient.Flags)]
    [InlineData(OldFormat)]
    public async Task The_sessions_of_all_nodes_are_shown_to_who_may_kill_them(Capabilities flags)
    {
        await using var mesh = new SessionMesh(3);
        var (first, second) = (await mesh[1].LogInAsync(), await mesh[2].LogInAsync("other"));
        var admin = await mesh[3].LogInAsync("admin", flags: flags);
        var sleeping = await mesh.SleepAsync(second);
        await first.QueryAsync("BEGIN");

        var (columns, rows) = await ShowAsync(admin, flags);

        Assert.Equal(s_mySql, columns);
        Assert.Equal(
        [
            $"{first.ConnectionId} app 198.51.100.7:50000 NULL Sleep 0 in transaction NULL",
            $"{second.ConnectionId} other 198.51.100.7:50000 NULL Query 0 executing SELECT",
            $"{admin.ConnectionId} admin 198.51.100.7:50000 NULL Query 0 starting SHOW PROCESSLIST",
        ],
        rows.Select(r => string.Join(' ', r.Select(v => v ?? "NULL"))));
        Assert.False(sleeping.IsCompleted);
        Assert.DoesNotContain(mesh.Server.Queries, q => q.Contains("PROCESSLIST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_user_sees_its_own_sessions_alone()
    {
        await using var mesh = new SessionMesh();
        var (first, second) = (await mesh[1].LogInAsync(), await mesh[2].LogInAsync());
        await mesh[1].LogInAsync("other");
        await mesh[2].LogInAsync("admin");

        var rows = (await second.QueryAsync("SHOW PROCESSLIST")).Rows;

        Assert.Equal([first.ConnectionId.ToString(CultureInfo.InvariantCulture), second.ConnectionId.ToString(CultureInfo.InvariantCulture)], rows);
    }

    [Fact]
    public async Task MariaDb_shows_a_column_more()
    {
        await using var mesh = new SessionMesh(flavour: ServerFlavour.MariaDb);
        var client = await mesh[1].LogInAsync();

        var (columns, rows) = await ShowAsync(client, FakeClient.Flags, "show full processlist;");

        Assert.Equal(s_mariaDb, columns);
        Assert.Equal(["SHOW FULL PROCESSLIST", "0.000"], Assert.Single(rows).TakeLast(2));
    }

    [Fact]
    public async Task A_node_alone_shows_its_own_sessions()
    {
        await using var node = new TestNode(connections: 1);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync(database: "shop"));
        await other.QueryAsync("BEGIN");
        node.Time.Advance(TimeSpan.FromSeconds(7));
        var waiting = (await node.LogInAsync()).QueryAsync("SELECT 1");
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "it waits");

        var (_, rows) = await ShowAsync(client, FakeClient.Flags);

        Assert.Equal(["shop", "Sleep", "7", "in transaction", null], rows[1].Skip(3));
        Assert.Equal([null, "Query", "0", "waiting for a connection", null], rows[2].Skip(3));
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task The_sessions_of_a_node_that_cannot_be_reached_are_missing_and_a_warning_says_so()
    {
        await using var mesh = new SessionMesh(3);
        var client = await mesh[2].LogInAsync();
        await mesh[1].LogInAsync();
        await mesh[3].LogInAsync();
        mesh.Peers[3].Leave();

        var shown = await client.QueryAsync("SHOW PROCESSLIST");
        Assert.Equal(2, shown.Rows!.Count);
        Assert.Equal(1, shown.Warnings);

        var warnings = await ReadTableAsync(client, FakeClient.Flags, "SHOW WARNINGS");
        Assert.Equal(["Level", "Code", "Message"], warnings.Columns);
        Assert.Equal(["Warning", "1105", "Sessions of node 'n3' are missing: it could not be reached"], Assert.Single(warnings.Rows).AsEnumerable());
    }

    [Fact]
    public async Task A_node_that_does_not_answer_in_time_is_left_out()
    {
        await using var mesh = new SessionMesh();
        var client = await mesh[2].LogInAsync();
        var dialled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mesh.Peers[1].Admission!.Dispose();
        mesh.Peers.Stall(1, () => dialled.TrySetResult());

        var showing = client.QueryAsync("SHOW PROCESSLIST");
        await dialled.Task;
        mesh.Time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(1, (await showing).Warnings);
    }

    [Fact]
    public async Task It_leaves_a_transaction_as_it_is_and_the_statement_before_forgotten()
    {
        await using var mesh = new SessionMesh();
        var client = await mesh[1].LogInAsync();
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("INSERT INTO t VALUES (1)");

        var shown = await client.QueryAsync("SHOW PROCESSLIST");

        Assert.True((shown.Status & ServerStatus.InTransaction) != 0);
        Assert.Contains("CAST(-1 AS SIGNED)", (await client.QueryAsync("SELECT ROW_COUNT()")).Value, StringComparison.Ordinal);
        Assert.True((await client.QueryAsync("SHOW WARNINGS")).Succeeded);
        Assert.True((await client.QueryAsync("COMMIT")).Succeeded);
    }

    [Theory]
    [InlineData("SHOW PROCESSLIST; SELECT 1")]
    [InlineData("SELECT 1; SHOW PROCESSLIST")]
    public async Task Among_several_statements_it_goes_to_the_server(string sql)
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync(flags: FakeClient.Flags | Capabilities.MultiStatements);

        await client.QueryAsync(sql);

        Assert.Contains(sql, node.Server.Queries);
    }

    private static Task<(List<string> Columns, List<string?[]> Rows)> ShowAsync(FakeClient client, Capabilities flags, string sql = "SHOW PROCESSLIST") =>
        ReadTableAsync(client, flags, sql);

    private static async Task<(List<string> Columns, List<string?[]> Rows)> ReadTableAsync(FakeClient client, Capabilities flags, string sql)
    {
        await client.SendAsync(CommandCode.Query, Encoding.UTF8.GetBytes(sql));
        client.BeginReply();
        var count = (await client.ReadAsync())![0];
        var columns = new List<string>();
        for (var i = 0; i < count; i++)
        {
            columns.Add(NameOf((await client.ReadAsync())!));
        }

        if ((flags & Capabilities.DeprecateEof) == 0)
        {
            Assert.Equal(EofPacket.Header, (await client.ReadAsync())![0]);
        }

        var rows = new List<string?[]>();
        while (await client.ReadAsync() is { } payload && payload[0] != EofPacket.Header)
        {
            rows.Add(RowOf(payload, count));
        }

        return (columns, rows);
    }

    private static string NameOf(byte[] payload)
    {
        var reader = new WireReader(payload);
        for (var i = 0; i < 4; i++)
        {
            reader.LengthEncodedBytes();
        }

        return Encoding.UTF8.GetString(reader.LengthEncodedBytes());
    }

    private static string?[] RowOf(byte[] payload, int count)
    {
        var values = new string?[count];
        var reader = new WireReader(payload);
        for (var i = 0; i < count; i++)
        {
            if (reader.Peek() == 0xFB)
            {
                reader.Skip(1);
            }
            else
            {
                values[i] = Encoding.UTF8.GetString(reader.LengthEncodedBytes());
            }
        }

        Assert.True(reader.AtEnd);
        return values;
    }
}

using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Prepared;

/// <summary>Parameters that come in parts (COM_STMT_SEND_LONG_DATA) arrive whole, and as what was sent.</summary>
public abstract class LongDataTests<TServer>(FaultRig<TServer> rig) : StatementComparison<TServer>(rig)
    where TServer : DatabaseServer, new()
{
    [Fact]
    public Task Long_data_waits_for_its_execute() => SameAsync(async (client, _) =>
    {
        var id = await client.PrepareAsync("SELECT ?, LENGTH(?)");
        await client.SendLongDataAsync(id, 0, "first ");
        await client.QueryAsync("SELECT 1");
        await client.SendLongDataAsync(id, 0, "second");
        await client.SendLongDataAsync(id, 1, new string('x', 100_000));
        await client.ExecuteAsync(id, "", "");
        await client.ExecuteAsync(id, "short", "er");
        await client.SendLongDataAsync(id, 0, "given up");
        await client.ResetAsync(id);
        await client.ExecuteAsync(id, "short", "er");
        await client.SendLongDataAsync(id, 0, "closed");
        await client.CloseAsync(id);
        await client.QueryAsync("SELECT 2");
    });

    // MariaDB reads long data as what was bound to the parameter before: as a number that is an address of its memory. MySQL converts them.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Long_data_are_what_was_sent_whatever_others_have_bound(bool isMoved) => SameAsync(isMoved, async (client, other) =>
    {
        const string Text = "SELECT ?, CONCAT(?, '.')";
        var (id, its) = (await client.PrepareAsync(Text), await other.PrepareAsync(Text));
        for (var i = 0; i < 4; i++)
        {
            await other.ExecuteAsync(its, 5, 1.5);
            await client.SendLongDataAsync(id, 0, $"first {i}");
            await client.SendLongDataAsync(id, 1, "second");
            await client.ExecuteAsync(id, "", "");
            await other.ExecuteAsync(its, null, 6);
            await client.SendLongDataAsync(id, 1, "sec");
            await client.SendLongDataAsync(id, 1, "ond");
            await client.ExecuteAsync(id, "bound", "");
        }
    });

    // MySQL (seen on 9.7) never answers an execute without a cursor after one that had a cursor.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Long_data_leave_the_cursor_of_their_statement_open(bool isMoved) => SameAsync(isMoved, async (client, _) =>
    {
        await client.QueryAsync("INSERT INTO prepared.t (v) VALUES ('a'), ('b'), ('c'), ('d')");
        var id = await client.PrepareAsync("SELECT v, CONCAT(?, '.') FROM prepared.t ORDER BY id");
        await client.ExecuteAsync(id, cursor: true, types: true, "bound");
        await client.FetchAsync(id, 1);
        await client.SendLongDataAsync(id, 0, "sent");
        await client.FetchAsync(id, 1);
        await client.SendLongDataAsync(id, 0, " later");
        await client.FetchAsync(id, 1);
        await client.ExecuteAsync(id, cursor: true, types: true, "");
        await client.FetchAsync(id, 1);
        await client.ResetAsync(id);
        await client.FetchAsync(id, 1);
        await client.CloseAsync(id);
        await client.QueryAsync("SELECT 1");
    });

    [Fact]
    public Task Long_data_for_a_parameter_that_is_not_there_fail_each_execute_until_a_reset() => SameAsync(async (client, _) =>
    {
        var id = await client.PrepareAsync("INSERT INTO prepared.t (v) VALUES (?)");
        await client.ExecuteAsync(id, "first");
        await client.SendLongDataAsync(id, 1, "nowhere");
        for (var i = 0; i < 3; i++)
            await client.ExecuteAsync(id, "not");
        await client.SendLongDataAsync(id, 0, "not");
        await client.ExecuteAsync(id, "");
        await client.ResetAsync(id);
        await client.ExecuteAsync(id, "last");
        await client.QueryAsync("SELECT v FROM prepared.t ORDER BY id");
    });
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbLongDataTests(FaultRig<MariaDbServer> rig) : LongDataTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlLongDataTests(FaultRig<MySqlServer> rig) : LongDataTests<MySqlServer>(rig);

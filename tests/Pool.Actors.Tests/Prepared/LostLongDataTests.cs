using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Prepared;

/// <summary>COM_STMT_SEND_LONG_DATA has no reply, also where the connection that was to take it is gone.</summary>
public sealed class LostLongDataTests
{
    [Fact]
    public async Task That_a_first_part_did_not_arrive_is_told_to_the_execute()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?");
        await node.RestAsync();
        EndAll(node);
        await client.SendLongDataAsync(id, 10);
        await client.SendLongDataAsync(id, 10);
        Assert.Equal(1105, (await client.ExecuteAsync(id, Executes.Int)).Error);
        Assert.Equal("SELECT ? of 0300", (await client.ExecuteAsync(id, Executes.Int)).Value);
    }

    [Fact]
    public async Task That_parts_were_lost_is_told_to_the_execute_and_ends_the_session()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?");
        await client.SendLongDataAsync(id, 10);
        await node.PinnedAsync(client, PinReasons.LongData);
        EndAll(node);
        await client.SendLongDataAsync(id, 10);
        await node.HoldsAsync(client, false);
        var lost = await client.ExecuteAsync(id, Executes.Int);
        Assert.Contains("were lost with it", lost.Text, StringComparison.Ordinal);
        Assert.True((await client.ReadNextResultAsync()).IsClosed);
    }

    private static void EndAll(TestNode node) => node.Server.Live.ToList().ForEach(c => c.End());
}

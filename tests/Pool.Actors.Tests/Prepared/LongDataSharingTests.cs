using Pool.Actors.Backends;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Prepared;

/// <summary>Long data are read, or converted, as what was bound to the parameter before, by whomever: where that is no text the statement is prepared anew.</summary>
public sealed class LongDataSharingTests
{
    private static readonly byte[] s_blob = [0xFC, 0];

    [Theory]
    [InlineData(ServerFlavour.MariaDb)]
    [InlineData(ServerFlavour.MySql)]
    public async Task Long_data_go_to_no_statement_whose_parameter_another_session_has_bound_to_a_number(ServerFlavour flavour)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var (mine, others) = (await first.PrepareAsync("SELECT ?"), await second.PrepareAsync("SELECT ?"));
        await second.ExecuteAsync(others, Executes.Int);
        await first.SendLongDataAsync(mine, 10);
        await first.SendLongDataAsync(mine, 10);
        Assert.Equal("SELECT ? of fc00 and 20 bytes", (await first.ExecuteAsync(mine, s_blob)).Value);
        Assert.Equal(1, node.Backend.Metrics.PreparesOnDemand.Value);
    }

    [Theory]
    [InlineData(ServerFlavour.MariaDb)]
    [InlineData(ServerFlavour.MySql)]
    public async Task Who_sends_long_data_for_one_parameter_and_a_number_for_another_again_and_again_has_it_prepared_once(ServerFlavour flavour)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?, ?");
        for (var i = 0; i < 3; i++)
        {
            await client.SendLongDataAsync(id, 10);
            Assert.True((await client.ExecuteAsync(id, [.. s_blob, .. Executes.Int])).Succeeded);
        }

        Assert.Equal(0, node.Backend.Metrics.PreparesOnDemand.Value);
    }

    [Fact]
    public async Task What_a_failed_execute_has_bound_is_not_known()
    {
        await using var node = new TestNode(connections: 1, flavour: ServerFlavour.MariaDb);
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?");
        node.Server.Script = (_, s) => s.Command == CommandCode.StmtExecute ? FakeServerReply.Error(1264, "Out of range", "22003") : null;
        Assert.Equal(1264, (await client.ExecuteAsync(id, Executes.Int)).Error);
        node.Server.Script = null;
        await client.SendLongDataAsync(id, 10);
        Assert.True((await client.ExecuteAsync(id, s_blob)).Succeeded);
        Assert.Equal(1, node.Backend.Metrics.PreparesOnDemand.Value);
    }
}

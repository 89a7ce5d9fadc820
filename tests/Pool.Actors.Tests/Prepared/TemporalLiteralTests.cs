using Pool.Actors.Backends;
using Pool.Testing;

namespace Pool.Actors.Tests.Prepared;

/// <summary>MySQL converts literals of dates and times when it prepares a statement, by the time zone of then.</summary>
public sealed class TemporalLiteralTests
{
    private const string Sql = "SELECT TIMESTAMP'2020-01-01 00:00:00+00:00'";

    [Fact]
    public async Task A_statement_with_literals_is_another_in_another_time_zone()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await second.QueryAsync("SET time_zone = '+05:00'");
        var (mine, others) = (await first.PrepareAsync(Sql), await second.PrepareAsync(Sql));
        Assert.Equal($"{Sql} at SYSTEM", (await first.ExecuteAsync(mine)).Value);
        Assert.Equal($"{Sql} at +05:00", (await second.ExecuteAsync(others)).Value);
        await first.QueryAsync("SET time_zone = '+05:00'");
        Assert.Equal($"{Sql} at SYSTEM", (await first.ExecuteAsync(mine)).Value);
        Assert.Equal("+05:00", (await first.QueryAsync("SELECT @@time_zone FROM state")).Value);
        Assert.Equal(2, node.Backend.StatementTexts);
    }

    [Theory]
    [InlineData("SELECT 1", ServerFlavour.MySql)]
    [InlineData(Sql, ServerFlavour.MariaDb)]
    public async Task Any_other_statement_is_the_same_in_every_time_zone(string sql, ServerFlavour flavour)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await second.QueryAsync("SET time_zone = '+05:00'");
        await first.PrepareAsync(sql);
        await second.PrepareAsync(sql);
        Assert.Equal(1, node.Backend.StatementTexts);
    }
}

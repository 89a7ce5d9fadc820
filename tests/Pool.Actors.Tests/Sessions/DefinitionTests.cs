using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends.StoredCode;
using Pool.Actors.Tests.Backends.StoredCode;
using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

/// <summary>Migrations define one thing after the other: what stored code became of it is looked at when somebody may run some.</summary>
public sealed class DefinitionTests
{
    [Fact]
    public async Task Stored_code_is_looked_at_after_definitions_when_a_statement_may_run_some()
    {
        await using var node = new TestNode(connections: 1);
        var stored = new StoredCodeServer();
        node.Backend.StoredCode = new StoredCodeWatch("main", stored.Reader(), node.Time, NullLogger.Instance);
        var client = await node.LogInAsync();
        await client.QueryAsync("SELECT b FROM t");
        Assert.Equal(1, stored.ListsRead);
        foreach (var definition in new[] { "CREATE TABLE u (a INT)", "ALTER TABLE u ADD b INT", "DROP TABLE u", "CREATE PROCEDURE p() SELECT 1" })
        {
            await client.QueryAsync(definition);
        }

        Assert.Equal(1, stored.ListsRead);
        await client.QueryAsync("CREATE TABLE w AS SELECT b FROM t");
        Assert.Equal(2, stored.ListsRead);
        await client.QueryAsync("INSERT INTO w VALUES (1)");
        await client.QueryAsync("INSERT INTO w VALUES (2)");
        Assert.Equal(3, stored.ListsRead);
    }
}

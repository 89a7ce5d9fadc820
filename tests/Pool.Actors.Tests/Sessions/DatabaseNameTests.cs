using System.Collections.Concurrent;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

/// <summary>A server reads a database's name in the character set of the connection.</summary>
public sealed class DatabaseNameTests
{
    private const byte Latin1 = 8;
    private const string Database = "donn\u00e9es";

    [Fact]
    public async Task A_database_with_a_name_beyond_ascii_is_selected_under_utf8mb4()
    {
        var selectedUnder = new ConcurrentQueue<string>();
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) =>
        {
            if (statement is not { Command: CommandCode.InitDb, Text: Database })
            {
                return null;
            }

            selectedUnder.Enqueue(connection.Session.Settings["character_set_client"]);
            return FakeServerReply.Ok(connection.Session.Status);
        };
        var western = await node.LogInAsync(collation: Latin1);
        var modern = await node.LogInAsync(database: Database);
        var both = await node.LogInAsync(database: Database, collation: Latin1);
        foreach (var client in (FakeClient[])[western, modern, western, both, western, both])
        {
            Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
        }

        Assert.True(selectedUnder.Count >= 4, $"{selectedUnder.Count}");
        Assert.All(selectedUnder, set => Assert.Equal("utf8mb4", set));
        Assert.Equal("latin1_swedish_ci", node.Server.Live.Single(c => c.ThreadId == node.Server.Log.Last().ThreadId).Session.Collation);
    }

    [Fact]
    public async Task A_database_that_the_account_may_not_use_is_refused_in_the_words_of_a_server()
    {
        await using var node = new TestNode();
        node.Server.Script = (_, statement) =>
            statement.Command == CommandCode.InitDb ? FakeServerReply.Error(1044, "Access denied for user 'account'@'pool' to database 'secret'", "42000") : null;
        var client = node.Connect();
        await client.MeetAsync();
        var result = await client.LogInAsync("app", "secret");
        Assert.Equal((1044, "Access denied for user 'app'@'198.51.100.7' to database 'secret'"), (result.Error, result.Text));
    }
}

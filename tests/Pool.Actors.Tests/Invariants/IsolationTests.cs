using System.Collections.Concurrent;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Invariants;

/// <summary>No session ever observes another's state.</summary>
public sealed class IsolationTests
{
    public static TheoryData<int> Seeds => RandomWalk.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_statement_runs_where_another_session_left_something(int seed)
    {
        var violations = new ConcurrentQueue<string>();
        var server = new FakeServer
        {
            // What is set on the connection was set by the session whose statement this is, or the statement shows a leak.
            Script = (connection, statement) =>
            {
                if (statement.Command == CommandCode.Query && Owner(statement.Text) is { } owner
                    && connection.Session.Variables.Keys.FirstOrDefault(v => v[0] == 'v' && v != $"v{owner}") is { } foreign)
                {
                    violations.Enqueue($"{statement.Text} saw {foreign}");
                }

                return null;
            },
        };
        await using var node = new TestNode(connections: 3, server);
        var walk = new RandomWalk(node, seed)
        {
            Check = (_, sql, result) =>
            {
                if (result.Rows is { Count: > 0 } rows && rows.Any(r => r != sql))
                {
                    violations.Enqueue($"{sql} was answered {result}");
                }

                return Task.CompletedTask;
            },
        };
        await walk.RunAsync(clients: 8);
        Assert.True(violations.IsEmpty, $"seed {seed}: {string.Join("; ", violations.Take(5))}");
        Assert.True(server.Faults.Count == 0, $"seed {seed}: {string.Join(", ", server.Faults)}");
    }

    private static string? Owner(string sql)
    {
        var start = sql.IndexOf("/* ", StringComparison.Ordinal);
        return start < 0 ? null : sql[(start + 3)..sql.IndexOf(':', start)];
    }
}

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
        var watch = new StateWatch();
        await using var node = new TestNode(connections: 3, watch.Server);
        await new RandomWalk(node, seed) { Check = watch.CheckAsync }.RunAsync(clients: 8);
        watch.AssertIsolated(seed);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Nor_where_a_session_of_another_node_did(int seed)
    {
        var watch = new StateWatch();
        await using var cluster = new TestCluster([1, 4], watch.Server);
        await cluster.SpareAsync(1);
        var here = new RandomWalk(cluster[0], seed)
        {
            Check = watch.CheckAsync,

            // The walk there may end first, and what has not been idle for a while is not lent.
            Meanwhile = () => cluster[1].Time.Advance(TimeSpan.FromMilliseconds(100)),
        };
        var there = new RandomWalk(cluster[1], seed + 1000) { Check = watch.CheckAsync, Steps = 50 };
        await Task.WhenAll(here.RunAsync(clients: 6), there.RunAsync(clients: 2));
        await cluster.RestAsync();
        watch.AssertIsolated(seed);
        Assert.True(cluster.Metrics(0).Borrowed.Value > 0, $"seed {seed}: nothing was borrowed");
    }

    private static string? Owner(string sql)
    {
        var start = sql.IndexOf("/* ", StringComparison.Ordinal);
        return start < 0 ? null : sql[(start + 3)..sql.IndexOf(':', start)];
    }

    /// <summary>A server, and what is found out at it and by clients.</summary>
    private sealed class StateWatch
    {
        private readonly ConcurrentQueue<string> _violations = new();
        private readonly ConcurrentDictionary<uint, string> _set = new();

        // What is on the connection was made by the session whose statement this is, or the statement shows a leak. User variables
        // may lie about: they are shown to nobody who does not name them.
        public StateWatch() => Server = new FakeServer
        {
            Script = (connection, statement) =>
            {
                if (statement.Command == CommandCode.Query && Owner(statement.Text) is { } owner
                    && connection.Session.Variables.Keys.FirstOrDefault(v => v[0] == 't' && !v.EndsWith($"_{owner}", StringComparison.Ordinal)) is { } foreign)
                {
                    _violations.Enqueue($"{statement.Text} saw {foreign}");
                }

                return null;
            },
        };

        public FakeServer Server { get; }

        public Task CheckAsync(FakeClient client, string sql, FakeClientResult result)
        {
            if (sql.StartsWith("SELECT @", StringComparison.Ordinal))
            {
                // Null after a reset.
                var expected = _set.GetValueOrDefault(client.ConnectionId);
                if (result is { Succeeded: true, Value: { } value } && value != expected)
                {
                    _violations.Enqueue($"{sql} was answered {value}, not {expected}");
                }
            }
            else if (sql.StartsWith("SET @", StringComparison.Ordinal) && result.Succeeded)
            {
                _set[client.ConnectionId] = sql[(sql.IndexOf('=', StringComparison.Ordinal) + 2)..];
            }
            else if (result.Rows is { Count: > 0 } rows && rows.Any(r => r != sql))
            {
                _violations.Enqueue($"{sql} was answered {result}");
            }

            return Task.CompletedTask;
        }

        public void AssertIsolated(int seed)
        {
            Assert.True(_violations.IsEmpty, $"seed {seed}: {string.Join("; ", _violations.Take(5))}");
            Assert.True(Server.Faults.Count == 0, $"seed {seed}: {string.Join(", ", Server.Faults)}");
        }
    }
}

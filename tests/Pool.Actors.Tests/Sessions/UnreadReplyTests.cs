using Pool.Actors.Backends;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

/// <summary>A client that does not read what Pool itself answers is cut off like one that does not read the server's replies.</summary>
public sealed class UnreadReplyTests
{
    private const int Commands = 600;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_sends_refused_commands_and_does_not_read_is_cut_off(bool holdsConnection)
    {
        await using var node = new TestNode(connections: 1, limits: new LeaseLimits
        {
            ClientWriteTimeout = TimeSpan.FromSeconds(10),
            IdleInTransactionTimeout = TimeSpan.Zero,
        });
        node.Services.Limits = new() { IdleTimeout = TimeSpan.Zero };
        var client = await node.LogInAsync(capacity: 4096);
        if (holdsConnection)
        {
            await client.QueryAsync("BEGIN");
        }

        var session = node.SessionOf(client);
        byte[] refused = [1, 0, 0, 0, (byte)CommandCode.BinlogDump];
        var commands = Enumerable.Repeat(refused, Commands).SelectMany(c => c).ToArray();
        await node.ReadsAsync(commands.Length, () => client.SendRawAsync(commands));
        for (var i = 0; i < 10_000 && node.Services.Sessions.Count > 0; i++)
        {
            node.Time.Advance(TimeSpan.FromSeconds(1));
            session.CheckIdle(node.Time.GetTimestamp());
            await Task.Yield();
        }

        Assert.Equal(0, node.Services.Sessions.Count);
        Assert.NotEqual(0, node.Backend.Metrics.LimitsReached["ClientWriteTimeout"].Value);
        await node.RestAsync();
    }
}

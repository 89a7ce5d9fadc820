using Pool.Testing;

namespace Pool.Actors.Tests.Invariants;

/// <summary>No bytes from a client or a server crash, hang or grow the node.</summary>
public sealed class SurvivalTests
{
    public static TheoryData<int> Seeds => RandomWalk.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Random_bytes_from_both_sides_leave_a_node_that_works(int seed)
    {
        var random = new Random(seed);
        var server = new FakeServer { Script = (_, statement) => statement.Text.StartsWith("SELECT", StringComparison.Ordinal) ? Noise() : null };
        await using var node = new TestNode(connections: 3, server);
        for (var i = 0; i < (RandomWalk.IsLong ? 2_000 : 100); i++)
        {
            var client = node.Connect();
            await client.MeetAsync();
            if (random.Next(3) > 0)
            {
                await client.LogInAsync("app", null);
            }

            await (random.Next(2) == 0 ? client.SendRawAsync(Bytes()) : client.SendAsync(Pool.Wire.Commands.CommandCode.Query, "SELECT 1"u8.ToArray()));
            node.Time.Advance(TimeSpan.FromMilliseconds(250));
            client.Transport.Close();
        }

        await TestNode.UntilAsync(
            () =>
            {
                node.Time.Advance(TimeSpan.FromMilliseconds(250));
                return node.Services.Sessions.Count == 0 && node.Listener.Handshakes == 0;
            },
            $"all leave (seed {seed})");
        server.Script = null;
        await node.RestAsync();
        node.Time.Advance(TimeSpan.FromMinutes(1));
        var last = await node.LogInAsync();
        Assert.Equal("SELECT 'alive'", (await last.QueryAsync("SELECT 'alive'")).Value);
        Assert.True(node.Now.IsConserved, $"seed {seed}: {node.Now}");

        byte[] Bytes()
        {
            lock (random)
            {
                var bytes = new byte[random.Next(1, 200)];
                random.NextBytes(bytes);
                bytes[Math.Min(2, bytes.Length - 1)] = 0;
                return bytes;
            }
        }

        // After noise the server closes: nobody can tell one that stops in mid-reply from a slow one.
        FakeServerReply Noise()
        {
            var bytes = Bytes();
            return FakeServerReply.Garbage(bytes) with { CutAt = bytes.Length };
        }
    }
}

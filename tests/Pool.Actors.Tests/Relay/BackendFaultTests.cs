using Pool.Actors.Backends;
using Pool.Testing;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Relay;

/// <summary>Whatever a server does: the client is told what is known, others notice nothing, and nothing runs twice.</summary>
public sealed class BackendFaultTests
{
    private const string Victim = "SELECT 'victim'";

    [Fact]
    public async Task A_server_that_is_not_there_is_told_and_nothing_was_executed()
    {
        await using var node = new TestNode(server: new FakeServer { IsDown = true });
        var client = await node.LogInAsync();
        var result = await client.QueryAsync("SELECT 1");
        Assert.Equal(1429, result.Error);
        Assert.Contains("was not executed", result.Text, StringComparison.Ordinal);
        node.Server.IsDown = false;
        node.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await client.QueryAsync("SELECT 2")).Succeeded);
        Assert.DoesNotContain("SELECT 1", node.Server.Queries);
    }

    [Fact]
    public async Task A_server_that_refuses_the_account_is_told_without_the_password()
    {
        await using var node = new TestNode(server: new FakeServer { LoginError = 1045 });
        var client = await node.LogInAsync();
        var result = await client.QueryAsync("SELECT 1");
        Assert.Equal(1429, result.Error);
        Assert.DoesNotContain("secret", result.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FakeClient.Flags)]
    [InlineData(FakeClient.Flags & ~Capabilities.DeprecateEof)]
    public async Task A_server_that_dies_at_any_byte_of_a_reply_harms_nobody_else(Capabilities flags)
    {
        var reply = FakeServerReply.Rows(ServerStatus.Autocommit, "a", ["1", "2"]);
        var length = reply.Payloads.Sum(p => p.Length + 4);
        for (var at = 0; at < length; at++)
        {
            await using var node = NodeThatAnswers(reply with { CutAt = at });
            var (client, other) = (await node.LogInAsync(flags: flags), await node.LogInAsync());
            var result = await client.QueryAsync(Victim);
            Assert.True(result.IsClosed || result.Error == 1105, $"cut at {at}: {result}");
            if (result.Error != 0)
            {
                Assert.True((await client.QueryAsync("SELECT 1")).Succeeded, $"cut at {at}");
            }

            Assert.True((await other.QueryAsync("SELECT 2")).Succeeded, $"cut at {at}");
            await node.RestAsync();
            Assert.Single(node.Server.Queries, Victim);
            Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == 1);
        }
    }

    [Fact]
    public async Task A_connection_lost_in_a_transaction_ends_the_session_since_its_state_is_gone()
    {
        await using var node = NodeThatAnswers(FakeServerReply.None with { CutAt = 0 });
        var client = await node.LogInAsync();
        await client.QueryAsync("BEGIN");
        var result = await client.QueryAsync(Victim);
        Assert.Equal(1105, result.Error);
        Assert.Contains("lost with it", result.Text, StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 1 })]
    [InlineData(new byte[] { 1, 0, 0, 9, 0 })]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 })]
    [InlineData(new byte[] { 3, 0, 0, 1, 0, 0, 0 })]
    public async Task What_is_no_reply_is_told_and_the_connection_is_closed(byte[] bytes)
    {
        await using var node = NodeThatAnswers(FakeServerReply.Garbage(bytes));
        var client = await node.LogInAsync();
        Assert.Equal(1105, (await client.QueryAsync(Victim)).Error);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == 1);
    }

    [Fact]
    public async Task A_wrong_sequence_number_is_no_reply()
    {
        await using var node = NodeThatAnswers(FakeServerReply.Ok(ServerStatus.Autocommit) with { SequenceShift = 1 });
        var client = await node.LogInAsync();
        Assert.Equal(1105, (await client.QueryAsync(Victim)).Error);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task What_follows_a_reply_unasked_costs_the_connection_and_not_the_reply()
    {
        var unasked = new byte[] { 7, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0 };
        await using var node = NodeThatAnswers(FakeServerReply.Rows(ServerStatus.Autocommit, "a", ["mine"]) with { Trailer = unasked });
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        Assert.Equal("mine", (await client.QueryAsync(Victim)).Value);
        Assert.Equal("SELECT 'other'", (await other.QueryAsync("SELECT 'other'")).Value);
        Assert.Equal("SELECT 1", (await client.QueryAsync("SELECT 1")).Value);
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_the_server_closed_while_idle_is_not_used(bool says4031)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SELECT 1");
        await node.RestAsync();
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.Server.Live.Single().CloseIdleAsync(says4031);
        Assert.Equal("SELECT 2", (await client.QueryAsync("SELECT 2")).Value);
    }

    [Theory]
    [InlineData(1290)]
    [InlineData(1836)]
    public async Task A_server_that_became_read_only_has_its_connections_replaced(int code)
    {
        await using var node = NodeThatAnswers(FakeServerReply.Error((ushort)code, "read only"));
        var client = await node.LogInAsync();
        Assert.Equal(code, (await client.QueryAsync(Victim)).Error);
        await client.QueryAsync("SELECT 1");
        await client.QueryAsync("SELECT 2");
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == 1);
        Assert.NotEqual(1ul, node.Server.Log.Single(s => s.Text == "SELECT 2").ThreadId);
    }

    [Fact]
    public async Task A_server_that_stops_in_mid_reply_is_cut_off_when_its_session_is_gone()
    {
        await using var node = NodeThatAnswers(
            FakeServerReply.Rows(ServerStatus.Autocommit, "a", ["1"]) with { SilentAt = 20 }, new LeaseLimits { QueryTimeout = TimeSpan.FromSeconds(3) });
        var client = await node.LogInAsync();
        var result = client.QueryAsync(Victim);
        await TestNode.UntilAsync(() => node.Server.Queries.Contains(Victim), "it runs");
        node.Time.Advance(TimeSpan.FromSeconds(5));
        await TestNode.UntilAsync(() => node.Server.Queries.Any(q => q.StartsWith("KILL QUERY", StringComparison.Ordinal)), "it is killed");
        Assert.True(node.Server.Kill(1, ends: true));
        Assert.True((await result) is { IsClosed: true } or { Error: 1105 });
        await node.RestAsync();
    }

    [Fact]
    public async Task A_bug_in_mid_statement_never_lets_the_connection_go_to_another()
    {
        await using var node = new TestNode(connections: 1);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        client.Link.Bug = new InvalidOperationException("a bug");
        await client.SendAsync(Pool.Wire.Commands.CommandCode.Query, System.Text.Encoding.UTF8.GetBytes("SELECT 'secret' LIMIT 3000"));
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 1, "the session ends");
        Assert.Equal("SELECT 'other'", (await other.QueryAsync("SELECT 'other'")).Value);
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == 1);
    }

    private static TestNode NodeThatAnswers(FakeServerReply reply, LeaseLimits? limits = null) => new(limits: limits, server: new FakeServer
    {
        Script = (_, statement) => statement.Text == Victim ? reply : null,
    });
}

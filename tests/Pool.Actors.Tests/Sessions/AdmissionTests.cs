using Pool.Actors.Errors;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

public sealed class AdmissionTests
{
    [Fact]
    public async Task A_probe_that_leaves_without_a_byte_is_counted_and_nothing_else()
    {
        await using var node = new TestNode();
        var client = node.Connect();
        await client.MeetAsync();
        client.Transport.Close();
        await TestNode.UntilAsync(() => node.Services.Metrics.Probes.Value == 1, "it is counted");
        Assert.Equal(0, node.Services.Metrics.LoginsFailed.Value);
        await TestNode.UntilAsync(() => node.Listener.Handshakes == 0, "its place is free");
    }

    [Fact]
    public async Task A_flood_of_half_open_logins_is_held_at_the_limit()
    {
        await using var node = new TestNode();
        node.Listener.MaxHandshakes = 3;
        var half = Enumerable.Range(0, 3).Select(_ => node.Connect()).ToList();
        foreach (var client in half)
        {
            Assert.Null(await client.MeetAsync());
        }

        Assert.Equal(1040, (await node.Connect().MeetAsync())!.Error);
        half[0].Transport.Close();
        await TestNode.UntilAsync(() => node.Listener.Handshakes == 2, "a place is free");
        Assert.True((await (await node.LogInAsync()).QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task A_login_that_takes_too_long_is_ended()
    {
        await using var node = new TestNode();
        var client = node.Connect();
        await client.MeetAsync();
        node.Time.Advance(node.Listener.HandshakeTimeout);
        await TestNode.UntilAsync(() => node.Listener.Handshakes == 0, "its place is free");
        Assert.True(await client.ReadAsync() is null or [0xFF, ..]);
    }

    [Fact]
    public async Task Logins_at_the_same_time_do_not_exceed_the_number_of_sessions()
    {
        await using var node = new TestNode();
        node.Listener.MaxSessions = 2;
        var clients = Enumerable.Range(0, 5).Select(_ => node.Connect()).ToList();
        foreach (var client in clients)
        {
            await client.MeetAsync();
        }

        var results = new List<FakeClientResult>();
        foreach (var client in clients)
        {
            results.Add(await client.LogInAsync("app", null));
        }

        Assert.Equal(2, results.Count(r => r.Succeeded));
        Assert.Equal(3, results.Count(r => r.Error == 1040));
        Assert.Equal(2, node.Services.Sessions.Count);
        Assert.Equal(1040, (await node.Connect().MeetAsync())!.Error);
    }

    [Fact]
    public async Task The_sessions_of_one_listener_take_no_places_of_anothers()
    {
        await using var node = new TestNode();
        var other = new ListenerContext
        {
            Name = "other", Backend = node.Backend, MaxSessions = 1, MaxHandshakes = 1, HandshakeTimeout = node.Listener.HandshakeTimeout, Login = node.Listener.Login,
        };
        await node.LogInAsync();
        await node.LogInAsync();

        var client = node.Connect(listener: other);
        await client.MeetAsync();
        Assert.True((await client.LogInAsync("app", null)).Succeeded);
        Assert.Equal(1040, (await node.Connect(listener: other).MeetAsync())!.Error);

        await client.SendAsync(CommandCode.Quit);
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 2, "it has left");
        Assert.Null(await node.Connect(listener: other).MeetAsync());
    }

    [Fact]
    public async Task A_users_own_limit_counts_its_sessions()
    {
        await using var node = new TestNode();
        var first = await node.LogInAsync("one");
        var second = node.Connect();
        await second.MeetAsync();
        Assert.Equal(1203, (await second.LogInAsync("one", null)).Error);
        await first.SendAsync(CommandCode.Quit);
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 0, "the first ends");
        Assert.True((await (await node.LogInAsync("one")).QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task Who_is_in_his_login_when_the_node_begins_to_shut_down_does_not_come_in()
    {
        await using var node = new TestNode();
        var client = node.Connect();
        await client.MeetAsync();
        node.Admission.Close();
        Assert.Equal(1053, (await client.LogInAsync("app", null)).Error);
        Assert.Equal(0, node.Services.Sessions.Count);
    }

    [Fact]
    public async Task Nobody_comes_in_while_the_node_shuts_down_and_idle_sessions_are_told()
    {
        await using var node = new TestNode();
        var (idle, busy) = (await node.LogInAsync(), await node.LogInAsync());
        await busy.QueryAsync("BEGIN");
        await node.HoldsAsync(busy, true);
        node.Admission.Close();
        Assert.Equal(1053, (await node.Connect().MeetAsync())!.Error);
        Assert.False(node.SessionOf(busy).Drain(PoolError.ShuttingDown));
        await TestNode.UntilAsync(() => !node.SessionOf(idle).IsBusy, "it is idle");
        Assert.True(node.SessionOf(idle).Drain(PoolError.ShuttingDown));
        Assert.Equal(1053, (await idle.ReadResultAsync(0)).Error);
        Assert.True((await busy.QueryAsync("COMMIT")).Succeeded);
    }
}

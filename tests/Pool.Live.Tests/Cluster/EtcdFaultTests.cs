using System.Diagnostics;
using Pool.Actors.Cluster.Coordination;
using Pool.Host.Etcd;
using Pool.Live.Tests.Support;
using Pool.Testing;

namespace Pool.Live.Tests.Cluster;

/// <summary>What happens to an etcd, and to the way to it.</summary>
public sealed class EtcdFaultTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(Signal.Kill)]
    [InlineData(Signal.Stop)]
    public async Task When_the_leader_fails_the_others_go_on(Signal signal)
    {
        await using var servers = await EtcdServers.StartedAsync(members: 3);
        await using var coordinator = servers.Coordinator();
        await using var lease = await GrantAsync(coordinator, s_long);
        await CommitAsync(coordinator, new Commit().Put("/f/under", default, lease.Id));
        await using var follower = new ContractFollower(coordinator, "/f/", "");
        await follower.UntilAsync("under=");
        servers.Send(await servers.LeaderAsync(), signal);
        await CommitAsync(coordinator, new Commit().Expect("/f/a", 0).Put("/f/a", "1"u8.ToArray()));
        await follower.UntilAsync("a=1", "under=");
        Assert.False(lease.Lost.IsCancellationRequested);
        await Eventually.TrueAsync(() => lease.IsProven, "the lease is not renewed");
    }

    [Fact]
    public async Task When_etcd_stands_still_leases_are_unproven_and_everything_is_unavailable_until_it_goes_on()
    {
        await using var servers = await EtcdServers.StartedAsync(members: 1);
        await using var coordinator = servers.Coordinator();
        await using var lease = await GrantAsync(coordinator, s_short);
        servers.Send(0, Signal.Stop);
        await Eventually.TrueAsync(() => !lease.IsProven, "the lease is still proven");
        Assert.False(lease.Lost.IsCancellationRequested);
        Assert.Null(await coordinator.ReadAsync("/", CancellationToken.None));
        Assert.Null(await coordinator.GrantAsync(s_short, CancellationToken.None));
        Assert.Equal(CommitResult.Unknown, await coordinator.CommitAsync(new Commit().Put("/f/a", default), CancellationToken.None));
        servers.Send(0, Signal.Continue);
        await Eventually.TrueAsync(async () => await coordinator.ReadAsync("/", CancellationToken.None) is not null, () => "nothing can be read");
        await Eventually.TrueAsync(() => lease.IsProven || lease.Lost.IsCancellationRequested, "nothing is known of the lease");
    }

    [Fact]
    public async Task A_lease_that_cannot_be_renewed_is_unproven_before_anybody_else_sees_it_end()
    {
        await using var servers = await EtcdServers.StartedAsync(members: 1);
        await using var proxy = new StallingProxy(servers.Endpoints[0]);
        await using var cutOff = servers.Coordinator(o => o with { Endpoints = [proxy.Address] });
        await using var other = servers.Coordinator();
        await using var lease = await GrantAsync(cutOff, s_short);
        await CommitAsync(cutOff, new Commit().Put("/f/under", default, lease.Id));
        await using var follower = new ContractFollower(other, "/f/", "");
        await follower.UntilAsync("under=");
        proxy.Stall();
        await follower.UntilAsync();
        Assert.False(lease.IsProven);
        Assert.False(lease.Lost.IsCancellationRequested);
        proxy.GoOn();
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, "it does not learn that the lease is gone");
    }

    [Fact]
    public async Task Whoever_follows_through_a_watch_that_fell_silent_sees_the_changes_all_the_same()
    {
        await using var servers = await EtcdServers.StartedAsync(members: 1);
        await using var proxy = new StallingProxy(servers.Endpoints[0]);
        await using var cutOff = servers.Coordinator(o => o with { Endpoints = [proxy.Address] });
        await using var other = servers.Coordinator();
        await using var follower = new ContractFollower(cutOff, "/f/", "");
        await follower.UntilAsync();
        proxy.StallOld();
        await CommitAsync(other, new Commit().Put("/f/a", "1"u8.ToArray()));
        await follower.UntilAsync("a=1");
        await CommitAsync(other, new Commit().Put("/f/a", "2"u8.ToArray()));
        await follower.UntilAsync("a=2");
    }

    [Fact]
    public async Task Whoever_follows_sees_what_many_changes_led_to_though_etcd_has_forgotten_them()
    {
        await using var servers = await EtcdServers.StartedAsync(members: 1);
        await using var proxy = new StallingProxy(servers.Endpoints[0]);
        await using var cutOff = servers.Coordinator(o => o with { Endpoints = [proxy.Address] });
        await using var other = servers.Coordinator();
        await using var follower = new ContractFollower(cutOff, "/f/", "");
        await follower.UntilAsync();
        proxy.Stall();
        for (var i = 1; i <= 20; i++)
        {
            await CommitAsync(other, new Commit().Put("/f/a", new[] { (byte)('a' + i) }));
        }

        var now = (await other.ReadAsync("/f/", CancellationToken.None))!.Revision;
        await servers.ControlAsync("compact", $"{now}", "--physical");
        proxy.GoOn();
        await follower.UntilAsync("a=u");
        await CommitAsync(other, new Commit().Put("/f/a", "z"u8.ToArray()));
        await follower.UntilAsync("a=z");
    }

    [Fact]
    public async Task An_etcd_that_is_restarted_is_found_again_with_its_leases()
    {
        await using var servers = await EtcdServers.StartedAsync(members: 1);
        await using var coordinator = servers.Coordinator();
        await using var lease = await GrantAsync(coordinator, s_long);
        await CommitAsync(coordinator, new Commit().Put("/f/under", default, lease.Id));
        await using var follower = new ContractFollower(coordinator, "/f/", "");
        await follower.UntilAsync("under=");
        await servers.EndAsync(0, Signal.Terminate);
        Assert.Null(await coordinator.ReadAsync("/", CancellationToken.None));
        Assert.Equal(CommitResult.Unavailable, await coordinator.CommitAsync(new Commit().Put("/f/a", default), CancellationToken.None));
        await servers.StartAsync();
        await CommitAsync(coordinator, new Commit().Put("/f/a", default));
        await follower.UntilAsync("a=", "under=");
        Assert.False(lease.Lost.IsCancellationRequested);
        await Eventually.TrueAsync(() => lease.IsProven, "the lease is not renewed");
    }

    [Fact]
    public async Task An_etcd_that_has_lost_its_data_has_lost_the_leases_and_is_followed_from_its_beginning()
    {
        await using var servers = await EtcdServers.StartedAsync(members: 1);
        await using var coordinator = servers.Coordinator();
        await using var lease = await GrantAsync(coordinator, s_long);
        for (var i = 0; i < 10; i++)
        {
            await CommitAsync(coordinator, new Commit().Put("/f/under", default, lease.Id));
        }

        await using var follower = new ContractFollower(coordinator, "/f/", "");
        await follower.UntilAsync("under=");
        await servers.EndAsync(0, Signal.Kill);
        servers.LoseData(0);
        await servers.StartAsync();
        await follower.UntilAsync();
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, "the lease is not lost");
        await CommitAsync(coordinator, new Commit().Put("/f/a", default));
        await follower.UntilAsync("a=");
    }

    [Fact]
    public async Task A_member_that_cannot_be_reached_is_left_for_the_next()
    {
        await using var servers = await EtcdServers.StartedAsync(members: 1);
        await using var coordinator = servers.Coordinator(o => o with { Endpoints = [new Uri($"http://127.0.0.1:{FreePort.Next()}"), .. o.Endpoints] });
        Assert.Equal(CommitResult.Done, await coordinator.CommitAsync(new Commit().Put("/f/a", default), CancellationToken.None));
        await using var lease = await GrantAsync(coordinator, s_short);
        await Task.Delay(s_short * 1.5);
        Assert.False(lease.Lost.IsCancellationRequested);
        await Eventually.TrueAsync(() => lease.IsProven, "the lease is not renewed");
    }

    /// <summary>Commits as a node does: until it is known to be done, and never twice.</summary>
    private static async Task CommitAsync(EtcdCoordinator coordinator, Commit commit)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < s_long;)
        {
            if (await coordinator.CommitAsync(commit, CancellationToken.None) == CommitResult.Done)
                return;

            var (key, value, _) = commit.Puts[0];
            var there = (await coordinator.ReadAsync(key, CancellationToken.None))?.Entries.GetValueOrDefault(key);
            if (there is not null && there.Value.Span.SequenceEqual(value.Span))
                return;
        }

        Assert.Fail("the commit is not made");
    }

    /// <summary>Begins a lease as a node does: an etcd that has just started may take longer than a node waits for one answer.</summary>
    private static async Task<ICoordinationLease> GrantAsync(EtcdCoordinator coordinator, TimeSpan timeToLive)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < s_long;)
        {
            if (await coordinator.GrantAsync(timeToLive, CancellationToken.None) is { } lease)
                return lease;
        }

        throw new InvalidOperationException("the store cannot be reached");
    }
}

using Pool.Actors.Backends;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Shares;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Shares;

public sealed class ShareKeeperTests
{
    private const int Floor = 2;

    [Fact]
    public async Task A_node_takes_its_floor_and_then_what_its_clients_need()
    {
        await using var rig = new ShareRig(cap: 20);
        var node = rig.Start();
        await rig.UntilAsync(() => node.Share == Floor, "the floor");
        Assert.True(node.Keeper.Granted.IsCompleted);

        node.Want(100);
        await rig.UntilAsync(() => node.Held.Count == 18, "all but the place that is kept and the control connection");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task Demand_moves_from_node_to_node_and_the_cap_holds()
    {
        await using var rig = new ShareRig(cap: 100);
        await rig.StartTwoAsync();
        rig.Start();
        var nodes = rig.Nodes;
        await rig.UntilAsync(() => nodes.All(n => n.Share >= Floor), "all have joined");
        foreach (var loaded in nodes.Concat(nodes))
        {
            loaded.Want(300);
            await rig.UntilAsync(() => loaded.Held.Count >= 90, "the demand has moved");
            Assert.True(rig.Passed < TimeSpan.FromSeconds(5), $"it took {rig.Passed}");
            rig.AssertCapHeld();
            loaded.Rest();
        }
    }

    [Fact]
    public async Task Nodes_that_want_more_than_there_is_come_to_equal_shares_and_stay_there()
    {
        await using var rig = new ShareRig(cap: 40);
        var first = rig.Start();
        first.Want(100);
        await rig.UntilAsync(() => first.Share == 39, "one has all");
        var nodes = new[] { first, rig.Start(), rig.Start() };
        nodes[1].Want(100);
        nodes[2].Want(100);

        await rig.UntilAsync(() => nodes.All(n => n.Turn().Share == 13), "equal shares");
        var commits = nodes.Sum(n => n.Keeper.Metrics.Commits["Done"].Value);
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(commits, nodes.Sum(n => n.Keeper.Metrics.Commits["Done"].Value));
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_node_that_cannot_reach_the_server_takes_nothing_from_one_that_can()
    {
        await using var rig = new ShareRig(cap: 20);
        var (first, second) = await StartWithFailingAsync(rig, ConnectFailureKind.Unreachable);
        await rig.UntilAsync(() => second.Pool.Snapshot().ConnectsInVain, "its first connect has failed");
        second.Want(99);
        for (var end = rig.Time.Elapsed + TimeSpan.FromSeconds(5); rig.Time.Elapsed < end;)
        {
            await rig.PassAsync(TimeSpan.FromMilliseconds(50));
            Assert.Equal((17, Floor), (first.Turn().Share, second.Turn().Share));
        }

        second.Connector.Failing = null;
        await rig.UntilAsync(() => first.Turn().Share is 9 or 10 && first.Share + second.Turn().Share == 19, "both have their part");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_node_that_finds_the_server_full_is_given_what_it_is_due()
    {
        await using var rig = new ShareRig(cap: 20);
        var (first, second) = await StartWithFailingAsync(rig, ConnectFailureKind.TooManyConnections);
        second.Want(99);

        await rig.UntilAsync(() => first.Turn().Share is 9 or 10 && first.Share + second.Turn().Share == 19, "both have their part");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_share_is_given_back_only_after_the_server_has_ended_the_connections()
    {
        await using var rig = new ShareRig(cap: 20);
        var (full, other) = await rig.StartTwoAsync();
        full.Want(100);
        await rig.UntilAsync(() => full.Share == 17, "one has all but the other's floor");
        var slow = new TaskCompletionSource<bool>();
        await rig.UntilAsync(() => full.Held.Count == 16, "all are open");
        foreach (var connection in full.Held)
        {
            connection.Close = slow.Task;
        }

        full.Rest();
        other.Want(100);
        await rig.UntilAsync(() => full.Pool.Snapshot() is { Closing: > 10 }, "the connections are closed");
        await rig.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal((17, Floor), (full.Share, other.Share));

        slow.SetResult(true);
        await rig.UntilAsync(() => other.Held.Count == 16, "the other has them");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_change_whose_answer_was_lost_and_that_comes_late_finds_another_ledger()
    {
        await using var rig = new ShareRig(cap: 20);
        var late = new LateStore(rig.Store);
        var (other, node) = (rig.Start(), rig.Start(store: late));
        await rig.UntilAsync(() => rig.Nodes.All(n => n.Share == Floor), "both have joined");
        node.Want(100);
        await rig.UntilAsync(() => node.Held.Count == 16, "one has all");
        late.HoldNext(static c => c.Puts.Any(e => e.Key.EndsWith("/shares", StringComparison.Ordinal)));
        node.Rest();
        other.Want(100);
        await rig.UntilAsync(() => late.Held is not null, "it gives back, and the answer is lost");
        other.Rest();
        node.Want(100);
        await rig.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(CommitResult.Conflict, await rig.Store.CommitAsync(late.Held!, CancellationToken.None));
        other.Want(100);
        await rig.UntilAsync(() => node.Turn().Share is 9 or 10 && node.Share + other.Turn().Share == 19, "both have their part");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_login_that_ends_after_the_proof_has_lapsed_is_undone()
    {
        await using var rig = new ShareRig();
        var node = rig.Start();
        await rig.UntilAsync(() => node.Share == Floor, "the floor");
        var login = new TaskCompletionSource();
        node.Connector.Login = login.Task;
        var begun = node.Connector.LoggingIn;
        node.Want(1);
        await rig.UntilAsync(() => node.Connector.LoggingIn > begun, "a login is under way");

        node.Membership.Proven = false;
        login.SetResult();
        await rig.UntilAsync(() => node.Connector.Undone == 1, "it is undone");
        Assert.Empty(node.Held);
        Assert.DoesNotContain(rig.Server.Live, c => c.Closes == 0 && c.ThreadId > 1);

        node.Membership.Proven = true;
        await rig.UntilAsync(() => node.Held.Count == 1, "the client has waited");
    }

    [Fact]
    public async Task Without_a_proof_nothing_is_opened_and_what_is_open_serves()
    {
        await using var rig = new ShareRig();
        var node = rig.Start();
        node.Want(3);
        await rig.UntilAsync(() => node.Held.Count == 3, "three are open");
        await rig.UntilAsync(() => node.Pool.Snapshot().Connecting == 0, "nothing is under way");
        node.Membership.Proven = false;
        var open = node.Pool.Snapshot().Active;
        node.Rest();
        node.Want(8);
        await rig.PassAsync(TimeSpan.FromSeconds(20));

        Assert.Equal((open, 8 - open), (node.Held.Count, node.Pool.Snapshot().Waiting));
        node.Membership.Proven = true;
        await rig.UntilAsync(() => node.Held.Count == 8, "all are served");
    }

    [Fact]
    public async Task A_node_that_was_lost_comes_back_as_another_and_replaces_what_it_had()
    {
        await using var rig = new ShareRig(cap: 20);
        var (lost, survivor) = await rig.StartTwoAsync();
        lost.Want(8);
        await rig.UntilAsync(() => lost.Held.Count == 8, "eight are open");
        var before = lost.Held.Select(c => c.ThreadId).ToHashSet();
        lost.Membership.Abandon();
        await rig.UntilAsync(() => survivor.Keeper.Metrics.Reclaimed.Value > 0, "the survivor has noticed");
        lost.Membership.Rejoin();
        await rig.UntilAsync(() => lost.Keeper.Metrics.Lost.Value == 1, "the lost one has noticed");
        lost.Rest();
        lost.Want(8);

        await rig.UntilAsync(() => lost.Held.Count == 8, "eight are open again");
        Assert.DoesNotContain(lost.Held, c => before.Contains(c.ThreadId));
        Assert.DoesNotContain(rig.Server.Live, c => before.Contains(c.ThreadId));
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_node_alone_that_was_lost_ends_what_it_had_and_starts_anew()
    {
        await using var rig = new ShareRig(cap: 5);
        var node = rig.Start();
        node.Want(10);
        await rig.UntilAsync(() => node.Held.Count == 3, "all are open");
        node.Membership.Abandon();
        await rig.PassAsync(FakeMembership.LeaseTime * 2);
        node.Rest();
        node.Membership.Rejoin();
        node.Want(10);

        await rig.UntilAsync(() => node.Held.Count == 3, "all are open again");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task What_throws_while_the_lost_are_looked_after_is_logged_and_keeps_no_new_life_from_its_beginning()
    {
        await using var rig = new ShareRig(cap: 20);
        var store = new FaultyCoordinator(rig.Store);
        var (node, dead) = (rig.Start(store: store), rig.Start());
        await rig.UntilAsync(() => rig.Nodes.All(n => n.Keeper.Granted.IsCompleted), "both have joined");
        dead.Want(8);
        await rig.UntilAsync(() => dead.Held.Count == 8, "eight are open");
        var claimed = $"/{dead.Membership.Self.Incarnation}";
        store.Throws = c => c.Expected.Any(e => e.ModRevision == 0 && e.Key.EndsWith(claimed, StringComparison.Ordinal));
        await dead.KillAsync();
        await rig.UntilAsync(() => rig.Log.Faults.Any(f => f.Contains("looking after the lost", StringComparison.Ordinal)), "it throws");

        node.Membership.Abandon();
        await rig.PassAsync(FakeMembership.LeaseTime * 2);
        node.Membership.Rejoin();
        await rig.UntilAsync(() => node.Keeper.Metrics.Lost.Value == 1, "it is another");
        store.Throws = null;
        node.Want(100);
        await rig.UntilAsync(() => node.Held.Count == 18, "all of the cap is used");
        rig.Log.Forgive();
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_node_that_cannot_follow_the_shares_for_a_moment_follows_them_afterwards()
    {
        await using var rig = new ShareRig(cap: 20);
        var first = rig.Start(store: new FaultyCoordinator(rig.Store) { FollowersFault = new InvalidCastException() });
        first.Want(100);
        await rig.UntilAsync(() => first.Held.Count == 18, "one has all");
        Assert.Contains("following the shares", Assert.Single(rig.Log.Faults), StringComparison.Ordinal);
        rig.Log.Forgive();
        var second = rig.Start();
        second.Want(100);
        await rig.UntilAsync(() => first.Turn().Share <= 10 && second.Turn().Share >= 9, "equal shares");
    }

    [Fact]
    public async Task When_all_nodes_have_died_with_all_of_the_cap_a_new_one_makes_room()
    {
        await using var rig = new ShareRig(cap: 20);
        await rig.StartTwoAsync();
        foreach (var dead in rig.Nodes)
        {
            dead.Want(100);
        }

        await rig.UntilAsync(() => rig.Nodes.Sum(n => n.Share) == 19 && rig.Nodes.Sum(n => n.Held.Count) == 17, "all of the cap is used");
        foreach (var dead in rig.Nodes)
        {
            await dead.KillAsync();
        }

        await rig.PassAsync(FakeMembership.LeaseTime * 2);
        var next = rig.Start();
        next.Want(100);
        await rig.UntilAsync(() => next.Held.Count == 18, "the new one has all");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task After_the_store_has_lost_its_data_what_is_at_the_server_counts()
    {
        await using var rig = new ShareRig(cap: 20);
        var node = rig.Start();
        node.Want(10);
        await rig.UntilAsync(() => node.Held.Count == 10, "ten are open");
        await node.KillAsync();
        await rig.PassAsync(FakeMembership.LeaseTime * 2);
        await rig.LoseDataAsync();

        // Nobody knows whose the old ones are: they stay, and count.
        var old = rig.Server.Live.ToList();
        var next = rig.Start();
        next.Want(100);
        await rig.UntilAsync(() => next.Share == 19 - old.Count, "the rest of the cap");
        await rig.PassAsync(TimeSpan.FromSeconds(3));
        rig.AssertCapHeld();
        foreach (var connection in old)
        {
            rig.Server.End(connection.ThreadId);
        }

        await rig.UntilAsync(() => next.Held.Count == 18, "all of the cap");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_node_with_another_cap_is_refused_and_nothing_changes()
    {
        await using var rig = new ShareRig(cap: 20);
        var first = rig.Start();
        await rig.UntilAsync(() => first.Share == Floor, "the floor");
        var other = rig.Start(cap: 30);
        other.Want(1);
        await rig.UntilAsync(() => other.Keeper.Snapshot.Refusal is not null, "the refusal");

        Assert.Contains("30 here and 20 in the cluster", other.Keeper.Snapshot.Refusal, StringComparison.Ordinal);
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal((0, 0), (other.Share, other.Pool.Snapshot().Active));
        Assert.Null(first.Keeper.Snapshot.Refusal);

        await first.LeaveAsync();
        await rig.UntilAsync(() => other.Held.Count == 1, "alone it has its own cap");
    }

    [Fact]
    public async Task A_node_that_leaves_leaves_nothing_behind()
    {
        await using var rig = new ShareRig(cap: 20);
        var (leaving, other) = await rig.StartTwoAsync();
        leaving.Want(30);
        await rig.UntilAsync(() => leaving.Held.Count == 16, "one has all");
        await leaving.LeaveAsync();
        other.Want(30);
        await rig.UntilAsync(() => other.Held.Count == 18, "the other has all");

        Assert.Equal(0, other.Keeper.Metrics.Reclaimed.Value);
        var left = await rig.Store.ReadAsync("/pool/test/", CancellationToken.None);
        var gone = leaving.Membership.Self.Incarnation;
        Assert.DoesNotContain(left!.Entries.Keys, k =>
            k.EndsWith($"/shares/{gone}", StringComparison.Ordinal) || k.Contains($"/threads/{gone}/", StringComparison.Ordinal));
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_read_changes_nothing()
    {
        await using var rig = new ShareRig(cap: 20);
        var node = rig.Start();
        node.Want(3);
        await rig.UntilAsync(() => node.Held.Count == 3, "three are open");
        var share = node.Share;
        await rig.Store.CommitAsync(new Commit().Put("/pool/test/backends/db/shares", "{\"cap\": \"many\"}"u8.ToArray()), CancellationToken.None);
        node.Want(10);
        await rig.UntilAsync(() => node.Keeper.Snapshot.Refusal is not null, "it is noticed");

        await rig.PassAsync(TimeSpan.FromSeconds(5));
        Assert.InRange(node.Held.Count, 3, share);
        Assert.Equal(3, node.Held.Take(3).Count(c => c.Closes == 0));
    }

    /// <summary>One has all but the floor of another, for whom one connect fails for each client.</summary>
    private static async Task<(ShareNode First, ShareNode Second)> StartWithFailingAsync(ShareRig rig, ConnectFailureKind failing)
    {
        var (first, second) = await rig.StartTwoAsync();
        second.Connector.Failing = failing;
        first.Want(100);
        await rig.UntilAsync(() => first.Held.Count == 16, "one has all but the other's floor");
        second.Want(1);
        return (first, second);
    }

    public static TheoryData<int> Seeds => Invariants.RandomWalk.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_nodes_and_the_store_do_the_server_never_has_more_than_the_cap(int seed)
    {
        await using var rig = new ShareRig(cap: 16);
        var alive = await rig.WalkAsync(
            seed, mostWanted: 30, step => Assert.True(rig.Server.Peak <= rig.Cap, $"seed {seed}, step {step}: {rig.Server.Peak} connections"));

        alive[0].Want(100);
        await rig.UntilAsync(
            () => alive[0].Turn().Share == rig.Cap - ShareLedger.KeptPlaces - ((alive.Count - 1) * Floor), $"seed {seed}: shares add up again");
        rig.AssertCapHeld();
    }
}

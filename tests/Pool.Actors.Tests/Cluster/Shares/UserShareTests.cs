using System.Text;
using System.Text.Json;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Shares;
using Pool.Actors.Pooling;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>The user "ann", whose clients these are, may hold so many connections over all nodes.</summary>
public sealed class UserShareTests
{
    public static TheoryData<int> Seeds => Invariants.RandomWalk.Seeds;

    [Fact]
    public async Task A_users_demand_moves_from_node_to_node_and_its_cap_holds()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 6);
        await rig.StartTwoAsync();
        rig.Start();
        foreach (var loaded in rig.Nodes.Concat(rig.Nodes))
        {
            loaded.Want(30);
            await rig.UntilAsync(() => loaded.Held.Count == 6, "all that the user may hold is here");
            Assert.True(rig.Passed < TimeSpan.FromSeconds(5), $"it took {rig.Passed}");
            loaded.Rest();
        }

        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task Waits_for_the_users_cap_are_no_demand_for_connections()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 2);
        var node = rig.Start();
        node.Want(100);
        await rig.UntilAsync(() => node.Held.Count == 2, "two are held");
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        Assert.True(node.Share <= 5, $"the share is {node.Share}");
        Assert.Equal((2, 98), (node.Held.Count, node.Pool.QuotaOf("ann")!.Waiting));
    }

    [Fact]
    public async Task A_node_that_nobody_misses_it_from_keeps_a_place_for_the_users_first_statement()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 3);
        var (first, second) = await rig.StartTwoAsync();
        await rig.UntilAsync(() => rig.Nodes.All(n => n.Pool.QuotaOf("ann")!.Limit == 1), "each has one");
        first.Want(10);
        await rig.UntilAsync(() => first.Held.Count == 3, "who needs it gets that too");
        Assert.Equal(0, second.Pool.QuotaOf("ann")!.Limit);
        first.Rest();
        await rig.UntilAsync(() => second.Pool.QuotaOf("ann")!.Limit == 1, "it is there again");
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task Where_there_are_fewer_places_than_nodes_they_take_turns()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 1);
        await rig.StartTwoAsync();
        rig.Start();
        var served = rig.Nodes.ToDictionary(n => n, _ => 0);
        foreach (var node in rig.Nodes)
        {
            node.Want(1);
        }

        await rig.UntilAsync(
            () =>
            {
                foreach (var node in rig.Nodes.Where(n => n.Held.Count == 1))
                {
                    served[node]++;
                    node.Turn();
                }

                return served.Values.All(s => s >= 3) && rig.Nodes.All(n => n.Pool.QuotaOf("ann")!.Waits > 1);
            },
            "all are served again and again");
        Assert.True(rig.Passed < TimeSpan.FromSeconds(30), $"it took {rig.Passed}");
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task Nodes_that_want_more_than_there_is_come_to_equal_parts_and_stay_there()
    {
        await using var rig = new ShareRig(cap: 60, userCap: 9);
        var (first, second) = await rig.StartTwoAsync();
        first.Want(30);
        await rig.UntilAsync(() => first.Held.Count == 9, "one has all");
        var nodes = new[] { first, second, rig.Start() };
        nodes[1].Want(30);
        nodes[2].Want(30);
        await rig.UntilAsync(() => nodes.All(n => n.Turn().Pool.QuotaOf("ann")!.Limit == 3), "equal parts");
        var revision = await RevisionAsync(rig);
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(revision, await RevisionAsync(rig));
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task A_node_that_cannot_reach_the_server_takes_none_of_the_users_places_from_one_that_can()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 6);
        var (first, second) = await rig.StartTwoAsync();
        second.Connector.Failing = ConnectFailureKind.Unreachable;
        second.Want(1);
        await rig.UntilAsync(() => second.Pool.Snapshot().ConnectsInVain, "a connect has failed");
        first.Want(30);
        await rig.UntilAsync(() => first.Held.Count == 6, "one has all");
        second.Want(30);
        for (var end = rig.Time.Elapsed + TimeSpan.FromSeconds(5); rig.Time.Elapsed < end;)
        {
            await rig.PassAsync(TimeSpan.FromMilliseconds(50));
            Assert.Equal((6, 0), (first.Turn().Pool.QuotaOf("ann")!.Limit, second.Turn().Pool.QuotaOf("ann")!.Limit));
        }

        second.Connector.Failing = null;
        await rig.UntilAsync(() => rig.Nodes.All(n => n.Turn().Pool.QuotaOf("ann")!.Limit == 3), "both have their part");
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task What_a_dead_nodes_sessions_held_counts_until_its_connections_have_ended()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 5);
        var (dead, survivor) = await rig.StartTwoAsync();
        dead.Want(10);
        await rig.UntilAsync(() => dead.Held.Count == 5, "one has all");
        rig.Down = QueryResult.Broken("no route");
        await dead.KillAsync();
        survivor.Want(10);
        await rig.PassAsync(FakeMembership.LeaseTime * 2);
        Assert.Empty(survivor.Held);

        rig.Down = null;
        await rig.UntilAsync(() => survivor.Held.Count == 5, "the survivor has all");
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task A_connection_that_the_server_refuses_to_end_keeps_a_place_and_no_other()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 5);
        var (dead, survivor) = await rig.StartTwoAsync();
        dead.Want(10);
        await rig.UntilAsync(() => dead.Held.Count == 5, "one has all");
        var stubborn = rig.RefuseToEndOneOf(dead);
        await dead.KillAsync();
        survivor.Want(10);
        await rig.UntilAsync(() => survivor.Held.Count == 4, "the survivor has all but that");
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(4, survivor.Held.Count);

        rig.Server.End(stubborn);
        await rig.UntilAsync(() => survivor.Held.Count == 5, "that one too");
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task What_a_dead_node_was_lent_counts_until_its_lender_has_ended_it()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 2);
        var (dead, lender) = await rig.StartTwoAsync();
        dead.Want(2);
        await rig.UntilAsync(() => dead.Held.Count == 2, "one has all");
        var lent = await LendAsync(rig, lender, dead);
        await dead.KillAsync();
        lender.Want(2);
        await rig.PassAsync(FakeMembership.LeaseTime * 2);
        Assert.DoesNotContain(dead.Held, c => rig.Server.Live.Contains(c));
        Assert.Empty(lender.Held);

        var end = new TaskCompletionSource<bool>();
        lent.Close = end.Task;
        lender.Pool.Lending.TakeBack(lent, LoanEnd.Broken);
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(lender.Held);
        end.SetResult(true);
        await rig.UntilAsync(() => lender.Held.Count == 2, "the places are free");
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task A_node_that_was_lost_begins_with_nothing_and_gets_the_users_part_again()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 4);
        var (lost, other) = await rig.StartTwoAsync();
        lost.Want(4);
        await rig.UntilAsync(() => lost.Held.Count == 4, "one has all");
        lost.Membership.Abandon();
        await rig.UntilAsync(() => other.Keeper.Metrics.Reclaimed.Value > 0, "the other has noticed");
        lost.Membership.Rejoin();
        await rig.UntilAsync(() => lost.Keeper.Metrics.Lost.Value == 1, "the lost one has noticed");
        lost.Rest();
        lost.Want(4);
        await rig.UntilAsync(() => lost.Held.Count == 4, "it has all again");
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task A_node_with_another_cap_serves_the_user_nothing_until_the_others_have_left()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 4);
        var first = rig.Start();
        first.Want(1);
        await rig.UntilAsync(() => first.Held.Count == 1, "one is held");
        var other = rig.Start(userCap: 5);
        other.Want(5);
        await rig.UntilAsync(
            () => rig.Log.Warnings.Any(l => l.Contains("MaxConnections is 5 here and 4 in the cluster", StringComparison.Ordinal)), "the refusal");
        await rig.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Empty(other.Held);
        Assert.Null(other.Keeper.Snapshot.Refusal);

        await first.LeaveAsync();
        await rig.UntilAsync(() => other.Held.Count == 5, "alone it has its own cap");
    }

    [Fact]
    public async Task A_node_that_leaves_gives_its_part_back_at_once()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 5);
        var (leaving, other) = await rig.StartTwoAsync();
        leaving.Want(5);
        await rig.UntilAsync(() => leaving.Held.Count == 5, "one has all");
        await leaving.LeaveAsync();
        other.Want(10);
        await rig.UntilAsync(() => other.Held.Count == 5, "the other has all");
        Assert.True(rig.Passed < TimeSpan.FromSeconds(3), $"it took {rig.Passed}");
        Assert.Equal([other.Membership.Self.Incarnation], (await LedgerAsync(rig)).Holders.Select(h => h.Incarnation));
    }

    [Fact]
    public async Task A_change_whose_answer_was_lost_and_that_comes_late_finds_another_ledger()
    {
        await using var rig = new ShareRig(cap: 40, userCap: 6);
        var late = new LateStore(rig.Store);
        var (other, node) = (rig.Start(), rig.Start(store: late));
        await rig.UntilAsync(() => rig.Nodes.All(n => n.Keeper.Granted.IsCompleted), "both have joined");
        node.Want(10);
        await rig.UntilAsync(() => node.Held.Count == 6, "one has all");
        late.HoldNext(static c => c.Puts.Any(e => e.Key.EndsWith("/users/ann", StringComparison.Ordinal)));
        node.Rest();
        other.Want(10);
        await rig.UntilAsync(() => late.Held is not null, "it gives back, and the answer is lost");
        other.Rest();
        node.Want(10);
        await rig.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(CommitResult.Conflict, await rig.Store.CommitAsync(late.Held!, CancellationToken.None));
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task After_the_store_has_lost_its_data_what_is_at_the_server_may_be_the_users()
    {
        await using var rig = new ShareRig(cap: 20, userCap: 4);
        var node = rig.Start();
        node.Want(3);
        await rig.UntilAsync(() => node.Held.Count == 3, "three are held");
        await node.KillAsync();
        await rig.PassAsync(FakeMembership.LeaseTime * 2);
        await rig.LoseDataAsync();
        var old = rig.Server.Live.ToList();
        var next = rig.Start();
        next.Want(10);
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(Math.Max(0, 4 - old.Count), next.Held.Count);
        old.ForEach(c => rig.Server.End(c.ThreadId));
        await rig.UntilAsync(() => next.Held.Count == 4, "all that the user may hold");
        rig.AssertUserCapHeld();
    }

    [Fact]
    public async Task A_users_ledger_that_cannot_be_read_is_left_alone_and_others_are_served()
    {
        await using var rig = new ShareRig(cap: 20, userCap: 4);
        await rig.Store.CommitAsync(new Commit().Put(UserKey, "{\"cap\": \"many\"}"u8.ToArray()), CancellationToken.None);
        var node = rig.Start();
        node.Want(1);
        await rig.UntilAsync(() => rig.Log.Warnings.Any(l => l.Contains("cannot be read", StringComparison.Ordinal)), "it is noticed");
        Assert.Empty(node.Held);
        Assert.NotNull((await node.Pool.LeaseAsync(new Waiter("bob"), node.Needed)).Connection);
    }

    [Fact]
    public async Task A_ledger_of_a_release_that_knows_no_users_is_read_and_written_as_it_was()
    {
        await using var rig = new ShareRig(cap: 20, userCap: 0);
        const string Key = "/pool/test/backends/db/shares";
        await rig.Store.CommitAsync(new Commit().Put(Key, """{"v":1,"cap":20,"epoch":7,"found":3,"holders":[]}"""u8.ToArray()), CancellationToken.None);
        var node = rig.Start();
        node.Want(100);
        await rig.UntilAsync(() => node.Held.Count == 18, "all but the place that is kept and the control connection");
        var written = (await rig.Store.ReadAsync(Key, CancellationToken.None))!.Entries[Key];
        Assert.DoesNotContain("user", Encoding.UTF8.GetString(written.Value.Span), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_nodes_and_the_store_do_the_user_never_holds_more_than_its_cap(int seed)
    {
        await using var rig = new ShareRig(cap: 24, userCap: 3);
        var alive = await rig.WalkAsync(
            seed, mostWanted: 6, step => Assert.True(rig.UserPeak <= rig.UserCap, $"seed {seed}, step {step}: {rig.UserPeak} held"));

        alive[0].Want(100);
        await rig.UntilAsync(() => alive[0].Held.Count == rig.UserCap, $"seed {seed}: all that the user may hold");
        rig.AssertCapHeld();
        rig.AssertUserCapHeld();
    }

    private const string UserKey = "/pool/test/backends/db/shares/users/ann";

    private static async Task<FakeConnection> LendAsync(ShareRig rig, ShareNode lender, ShareNode borrower)
    {
        PooledConnection? lent = null;
        await rig.UntilAsync(
            () => lender.Pool.Lending.TryTake(lender.Needed, borrower.Membership.Self.Incarnation, out lent), "there is one to lend");
        return (FakeConnection)lent!;
    }

    private static async Task<ShareLedger> LedgerAsync(ShareRig rig) =>
        JsonSerializer.Deserialize<ShareLedger>(
            (await rig.Store.ReadAsync(UserKey, CancellationToken.None))!.Entries[UserKey].Value.Span, JsonSerializerOptions.Web)!;

    private static async Task<long> RevisionAsync(ShareRig rig) =>
        (await rig.Store.ReadAsync(UserKey, CancellationToken.None))!.Entries[UserKey].ModRevision;
}

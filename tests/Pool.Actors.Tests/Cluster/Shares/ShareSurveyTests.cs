using Pool.Actors.Backends;
using Pool.Actors.Cluster.Coordination;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>Who looks at the server while nobody has a share, and what becomes of that if it does not answer him.</summary>
public sealed class ShareSurveyTests
{
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(7);

    [Fact]
    public async Task A_node_that_does_not_reach_the_server_lets_another_count_what_is_there()
    {
        await using var rig = new ShareRig(cap: 20);
        await StartLookingAsync(rig, ConnectFailureKind.AccessDenied);
        await AssertAnotherGetsItsShareAsync(rig);
    }

    [Fact]
    public async Task A_node_that_does_not_reach_the_server_lets_another_make_room_among_the_lost()
    {
        await using var rig = new ShareRig(cap: 20);
        await LoseNodeAsync(rig, wants: 100, has: 18);
        await StartLookingAsync(rig);
        await AssertAnotherGetsItsShareAsync(rig);
    }

    [Fact]
    public async Task While_no_node_reaches_the_server_they_take_turns()
    {
        await using var rig = new ShareRig(cap: 20);
        var first = await StartLookingAsync(rig);
        var second = await StartLookingAsync(rig);
        await rig.UntilLooksAsync(first);

        first.Connector.Failing = null;
        await rig.UntilAsync(() => first.Keeper.Granted.IsCompleted, "the first has counted");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_node_that_is_alone_tries_until_it_reaches_the_server()
    {
        await using var rig = new ShareRig(cap: 20);
        var node = await StartLookingAsync(rig);
        await rig.PassAsync(s_turn);

        node.Connector.Failing = null;
        await rig.UntilAsync(() => node.Keeper.Granted.IsCompleted, "it is granted a share");
        Assert.True(rig.Passed < TimeSpan.FromSeconds(2), $"it took {rig.Passed}");
    }

    [Fact]
    public async Task The_place_stays_with_a_node_whose_connection_there_was_not_seen_to_end_until_it_has()
    {
        await using var rig = new ShareRig(cap: 20);
        var answer = rig.Server.Answer!;
        var first = await StartLookingAsync(rig);
        rig.Server.Prepare = c => c.Close = Task.FromResult(false);
        rig.Server.Answer = (_, _) =>
        {
            first.Connector.Failing = ConnectFailureKind.Unreachable;
            return QueryResult.Broken("reset");
        };
        first.Connector.Failing = null;
        await rig.UntilAsync(() => rig.Server.Live.Any(c => c.Closes > 0), "its connection is lost");
        (rig.Server.Answer, rig.Server.Prepare) = (answer, null);
        var old = rig.Server.Live.Single();
        var second = rig.Start();
        await rig.PassAsync(3 * s_turn);
        Assert.False(second.Keeper.Granted.IsCompleted);
        Assert.Equal([old], rig.Server.Live);

        first.Connector.Failing = null;
        await rig.UntilAsync(() => first.Keeper.Granted.IsCompleted && second.Keeper.Granted.IsCompleted, "both are granted a share");
        Assert.DoesNotContain(old, rig.Server.Live);
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task What_is_left_of_an_earlier_life_of_a_node_that_is_cut_off_is_counted_by_another()
    {
        await using var rig = new ShareRig(cap: 20);
        var first = rig.Start();
        first.Want(3);
        await rig.UntilAsync(() => first.Held.Count == 3, "three are open");
        var old = await CutOffAsync(rig, first);
        await rig.UntilLooksAsync(first);
        var second = rig.Start();
        second.Want(100);

        await rig.UntilAsync(() => second.Keeper.Granted.IsCompleted, "the second is granted a share");
        Assert.True(rig.Passed < s_turn, $"it took {rig.Passed}");
        await rig.UntilAsync(() => first.Share + second.Share == 19 - old.Count, "the rest of the cap");
        Assert.Subset(rig.Server.Live.ToHashSet(), old);
        first.Connector.Failing = null;
        first.Rest();
        await rig.UntilAsync(() => first.Pool.Snapshot().Closing == 0 && !rig.Server.Live.Any(old.Contains), "it has ended them");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_right_whose_return_may_still_come_is_not_used_and_one_that_comes_late_ends_no_others()
    {
        await using var rig = new ShareRig(cap: 20);
        var late = new LateStore(rig.Store);
        var first = await StartLookingAsync(rig, store: late);
        late.HoldNext(IsReturn);
        var second = rig.Start(failing: ConnectFailureKind.Unreachable);
        await rig.UntilAsync(() => late.Held is not null, "it is given back, and the answer is lost");
        first.Connector.Failing = null;
        for (var end = rig.Time.Elapsed + (3 * s_turn); rig.Time.Elapsed < end;)
        {
            late.HoldNext(IsReturn);
            await rig.PassAsync(TimeSpan.FromMilliseconds(50));
            Assert.Equal(0, first.Pool.Snapshot().Max);
        }

        await rig.UntilLooksAsync(second);
        Assert.Equal(CommitResult.Conflict, await rig.Store.CommitAsync(late.Held!, CancellationToken.None));

        static bool IsReturn(Commit commit) => commit.Deletes.Any(key => key.EndsWith("/survey", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_found_becomes_free_though_the_first_of_the_nodes_does_not_reach_the_server()
    {
        await using var rig = new ShareRig(cap: 20);
        await LoseNodeAsync(rig, wants: 10, has: 10);
        await rig.LoseDataAsync();
        var old = rig.Server.Live.ToList();
        var first = await StartLookingAsync(rig);
        var second = rig.Start();
        second.Want(100);
        await rig.UntilAsync(() => second.Held.Count > 0 && first.Share + second.Share == 19 - old.Count, "the rest of the cap");
        foreach (var connection in old)
        {
            rig.Server.End(connection.ThreadId);
        }

        await rig.UntilAsync(() => second.Held.Count >= 16, "all but what the first may have joined with");
        rig.AssertCapHeld();
    }

    // A node that does not reach the server, and has the right to look at it for all.
    private static async Task<ShareNode> StartLookingAsync(
        ShareRig rig, ConnectFailureKind failing = ConnectFailureKind.Unreachable, ICoordinator? store = null)
    {
        var node = rig.Start(store: store, failing: failing);
        await rig.UntilLooksAsync(node);
        return node;
    }

    // A node that is dead for long enough that all know, while the server has its connections still.
    private static async Task LoseNodeAsync(ShareRig rig, int wants, int has)
    {
        var dead = rig.Start();
        dead.Want(wants);
        await rig.UntilAsync(() => dead.Held.Count == has, $"{has} are open");
        await dead.KillAsync();
        await rig.PassAsync(FakeMembership.LeaseTime * 2);
    }

    private static async Task AssertAnotherGetsItsShareAsync(ShareRig rig)
    {
        var second = rig.Start();
        second.Want(100);
        await rig.UntilAsync(() => second.Keeper.Granted.IsCompleted, "the second is granted a share");
        Assert.True(rig.Passed < s_turn, $"it took {rig.Passed}");
        await rig.UntilAsync(() => second.Held.Count >= 16, "all but what the first may have joined with");
        rig.AssertCapHeld();
    }

    /// <summary>A node and the store are lost to each other, the data too, and when the node is back the server is out of its reach: what it has open stays so.</summary>
    private static async Task<HashSet<FakeConnection>> CutOffAsync(ShareRig rig, ShareNode node)
    {
        node.Connector.Failing = ConnectFailureKind.Unreachable;
        var open = rig.Server.Live.ToHashSet();
        foreach (var connection in open)
        {
            connection.Close = Task.FromResult(false);
        }

        node.Membership.Abandon();
        await rig.PassAsync(FakeMembership.LeaseTime * 2);
        await rig.LoseDataAsync();
        node.Membership.Rejoin();
        return open;
    }
}

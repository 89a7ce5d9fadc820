using Pool.Actors.Backends;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>What was left by nodes and servers that have ended without a word.</summary>
public sealed class ShareRestartTests
{
    private const int Floor = 2;

    [Fact]
    public async Task What_a_dead_node_had_serves_others_once_its_connections_are_gone_at_the_server()
    {
        await using var rig = new ShareRig(cap: 20);
        var (dead, survivor) = await rig.StartTwoAsync();
        dead.Want(100);
        await rig.UntilAsync(() => dead.Held.Count == 16, "one has all");
        rig.Down = QueryResult.Broken("no route");
        await dead.KillAsync();
        survivor.Want(100);

        await rig.PassAsync(FakeMembership.LeaseTime * 2);
        Assert.Equal(Floor, survivor.Share);
        Assert.Equal(0, survivor.Keeper.Metrics.Reclaimed.Value);

        rig.Down = null;
        await rig.UntilAsync(() => survivor.Held.Count == 18, "the survivor has all");
        Assert.True(rig.Passed < TimeSpan.FromSeconds(3), $"it took {rig.Passed}");
        Assert.Equal(17, survivor.Keeper.Metrics.Reclaimed.Value);
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_connection_that_the_server_refuses_to_end_keeps_its_place_and_no_other()
    {
        await using var rig = new ShareRig(cap: 20);
        var (dead, survivor) = await rig.StartTwoAsync();
        dead.Want(100);
        await rig.UntilAsync(() => dead.Held.Count == 16, "one has all");
        var stubborn = rig.RefuseToEndOneOf(dead);
        await dead.KillAsync();
        survivor.Want(100);

        await rig.UntilAsync(() => survivor.Held.Count == 17, "the survivor has all but that");
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(17, survivor.Held.Count);
        rig.Server.End(stubborn);
        await rig.UntilAsync(() => survivor.Held.Count == 18, "that one too");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task A_login_that_a_stopped_node_had_begun_finds_its_thread_ended()
    {
        await using var rig = new ShareRig(cap: 20);
        var (stopped, survivor) = await rig.StartTwoAsync();
        stopped.Want(100);
        await rig.UntilAsync(() => stopped.Held.Count == 16, "one has all");
        var login = new TaskCompletionSource();
        stopped.Connector.Login = login.Task;
        var begun = stopped.Connector.LoggingIn;
        stopped.Discard();
        await rig.UntilAsync(() => stopped.Connector.LoggingIn > begun, "a login is under way");
        stopped.Membership.Abandon();
        survivor.Want(100);
        await rig.UntilAsync(() => survivor.Held.Count == 18, "the survivor has all");

        login.SetResult();
        await rig.UntilAsync(() => stopped.Pool.Snapshot().Connecting == 0, "the login has failed");
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task Nodes_that_come_back_with_another_cap_after_all_have_died_make_room_and_begin_anew()
    {
        await using var rig = new ShareRig(cap: 20);
        var (first, second) = await rig.StartTwoAsync();
        await first.KillAsync();
        await second.KillAsync();

        var third = rig.Start(cap: 30);
        await rig.UntilAsync(() => third.Keeper.Granted.IsCompleted, "it has a share");
        third.Want(100);
        await rig.UntilAsync(() => third.Held.Count == 28, "the new cap is whole");
    }

    [Fact]
    public async Task A_number_that_a_living_node_had_before_the_server_was_restarted_is_the_dead_ones_who_announced_it_later()
    {
        await using var rig = new ShareRig(cap: 20);
        var (living, dead) = await rig.StartTwoAsync();
        living.Want(4);
        await rig.UntilAsync(() => living.Held.Count == 4, "it holds some");
        rig.Server.Restart();
        dead.Want(100);
        await rig.UntilAsync(() => dead.Held.Count > 8, "the other has got the same numbers");
        var left = dead.Held;
        Assert.NotEmpty(left.IntersectBy(living.Held.Select(c => c.ThreadId), c => c.ThreadId));
        await dead.KillAsync();

        await rig.UntilAsync(() => living.Keeper.Metrics.Reclaimed.Value > left.Count, "its places are free");
        Assert.DoesNotContain(rig.Server.Live, c => left.Contains(c));
    }

    [Fact]
    public async Task A_number_that_a_stranger_has_got_since_is_not_killed_and_keeps_no_place()
    {
        await using var rig = new ShareRig(cap: 20);
        var (dead, survivor) = await rig.StartTwoAsync();
        dead.Want(100);
        await rig.UntilAsync(() => dead.Held.Count == 16, "one has all");
        var stranger = dead.Held[5].ThreadId;
        rig.Strangers.Add(stranger);
        await dead.KillAsync();
        survivor.Want(100);

        await rig.UntilAsync(() => survivor.Held.Count == 18, "the survivor has all");
        Assert.Contains(rig.Server.Live, c => c.ThreadId == stranger);
    }

    /// <summary>A record of an earlier release does not say who logs in: then a thread is ended whoever it is said to be.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dead_nodes_connections_of_an_account_that_no_survivor_has_are_ended_before_their_places_are_taken(bool recordsUsers)
    {
        await using var rig = new ShareRig(cap: 20);
        var (dead, survivor) = await rig.StartTwoAsync();
        dead.Want(8, account: "rep");
        await rig.UntilAsync(() => dead.Held.Count == 8, "it holds some");
        var left = dead.Held;
        if (!recordsUsers)
        {
            await rig.ForgetUsersAsync();
        }

        await dead.KillAsync();
        survivor.Want(100);

        await rig.UntilAsync(() => survivor.Held.Count == 18, "the survivor has all");
        Assert.DoesNotContain(rig.Server.Live, left.Contains);
        rig.AssertCapHeld();
    }

    [Fact]
    public async Task What_is_left_of_an_account_that_came_with_a_reload_and_went_with_another_is_counted_after_the_store_has_lost_its_data()
    {
        await using var rig = new ShareRig(cap: 20);
        var (dead, survivor) = await rig.StartTwoAsync();
        survivor.Keeper.Know([ShareRig.User, "rep"]);
        survivor.Keeper.Know([ShareRig.User]);
        dead.Want(8, account: "rep");
        await rig.UntilAsync(() => dead.Held.Count == 8, "it holds some");
        await dead.KillAsync();
        await rig.LoseDataAsync();
        survivor.Want(100);

        await rig.UntilAsync(() => survivor.Held.Count >= 5, "the survivor has what is left");
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        rig.AssertCapHeld();
    }

    [Theory]
    [InlineData("/pool/test/backends/db/")]
    [InlineData("/pool/test/backends/db/shares")]
    [InlineData("/pool/test/backends/db/shares/")]
    public async Task Nodes_that_live_and_whose_shares_were_deleted_replace_what_they_have_and_the_cap_holds(string deleted)
    {
        await using var rig = new ShareRig(cap: 20);
        var (first, second) = await rig.StartTwoAsync();
        first.Want(100);
        await rig.UntilAsync(() => first.Held.Count == 16, "one has all");
        var before = rig.Server.Live.ToHashSet();
        await rig.LoseDataAsync(deleted);
        second.Want(100);
        await rig.PassAsync(TimeSpan.FromSeconds(5));
        rig.AssertCapHeld();

        first.Rest();
        await rig.UntilAsync(() => second.Held.Count == 16, "the other has all");
        second.Rest();
        first.Want(100);
        await rig.UntilAsync(() => first.Held.Count == 16, "they go on as before");
        Assert.DoesNotContain(rig.Server.Live, before.Contains);
        rig.AssertCapHeld();
    }
}

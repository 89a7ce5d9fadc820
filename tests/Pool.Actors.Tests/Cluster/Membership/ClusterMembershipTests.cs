using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Membership;

public sealed class ClusterMembershipTests : IAsyncDisposable
{
    private readonly MembershipFixture _cluster = new();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Nodes_see_each_other_join_and_leave()
    {
        var (a, _) = await _cluster.JoinAsync("a");
        var seen = new List<ClusterDifference>();
        a.Changed += (before, after) => seen.Add(ClusterDifference.Between(before, after));
        var (b, _) = await _cluster.JoinAsync("b");
        await TestNode.UntilAsync(() => a.View.Members.Count == 2, "a sees b");
        Assert.Equal(["a", "b"], b.View.Members.Keys);
        Assert.Equal(b.Self, a.View.Members["b"]);
        Assert.NotEqual(a.Self.Slot, b.Self.Slot);
        Assert.Equal(b.Self, a.View.OwnerOf(b.Self.Slot));
        await b.LeaveAsync(CancellationToken.None);
        await TestNode.UntilAsync(() => a.View.Members.Count == 1, "a sees that b has left");
        Assert.False(b.IsProven);
        Assert.Equal(["b", ""], seen.Select(d => string.Join(",", d.Joined.Select(m => m.Name))));
        Assert.Equal(["", "b"], seen.Select(d => string.Join(",", d.Gone.Select(m => m.Name))));
    }

    [Fact]
    public async Task A_node_that_cannot_follow_the_members_for_a_moment_follows_them_afterwards()
    {
        var (a, way) = _cluster.Node("a");
        way.FollowersFault = new InvalidCastException();
        await a.JoinAsync(CancellationToken.None);
        await _cluster.JoinAsync("b");
        await _cluster.PassUntilAsync(() => a.View.Members.Count == 2, "a sees b");
    }

    [Fact]
    public async Task A_name_that_a_live_member_has_is_refused_until_that_one_is_lost()
    {
        var (_, way) = await _cluster.JoinAsync("a");
        var (second, _) = _cluster.Node("a");
        var (outcome, problem) = await second.JoinAsync(CancellationToken.None);
        Assert.Equal(JoinOutcome.NotYet, outcome);
        Assert.Equal("there is a member a already, at a:6035: it must leave or be lost first", problem);
        way.CutOff();
        _cluster.Time.Advance(MembershipFixture.LeaseTime * 2);
        Assert.Equal(JoinOutcome.Joined, (await second.JoinAsync(CancellationToken.None)).Outcome);
    }

    [Fact]
    public async Task Another_secret_is_refused_while_the_cluster_has_members()
    {
        var (a, _) = await _cluster.JoinAsync("a");
        var (other, _) = _cluster.Node("b", o => o with { Secret = "another" });
        var (outcome, problem) = await other.JoinAsync(CancellationToken.None);
        Assert.Equal(JoinOutcome.Refused, outcome);
        Assert.Equal("the cluster test has another secret: is there another cluster of this name in the store?", problem);
        Assert.Single((await _cluster.Store.ReadAsync(new ClusterKeys("test").Members, CancellationToken.None))!.Entries);
        await a.LeaveAsync(CancellationToken.None);
        Assert.Equal(JoinOutcome.Joined, (await other.JoinAsync(CancellationToken.None)).Outcome);
    }

    [Fact]
    public async Task The_secret_is_not_in_the_store()
    {
        await _cluster.JoinAsync("a");
        var all = (await _cluster.Store.ReadAsync("", CancellationToken.None))!.Entries.Values.Select(e => System.Text.Encoding.UTF8.GetString(e.Value.Span));
        Assert.DoesNotContain(all, text => text.Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, 1, JoinOutcome.Joined)]
    [InlineData(3, 2, JoinOutcome.Refused)]
    public async Task Releases_that_share_a_protocol_run_side_by_side(int protocol, int oldest, JoinOutcome expected)
    {
        await _cluster.JoinAsync("a");
        var (next, _) = _cluster.Node("b", o => o with { Protocol = protocol, OldestProtocol = oldest });
        var (outcome, problem) = await next.JoinAsync(CancellationToken.None);
        Assert.Equal(expected, outcome);
        Assert.Equal(
            expected == JoinOutcome.Joined ? null : "member a speaks protocol 1 to 1, this release 2 to 3: upgrade by way of a release between them",
            problem);
    }

    [Fact]
    public async Task What_a_newer_release_has_added_to_a_record_is_ignored()
    {
        var (a, _) = await _cluster.JoinAsync("a");
        var lease = await _cluster.Store.GrantAsync(MembershipFixture.LeaseTime, CancellationToken.None);
        var record = """{"v":2,"color":"red","member":{"name":"b","incarnation":"7f","slot":9,"role":"Resting","peerAddress":"b:1","shape":{}}}"""u8;
        await _cluster.Store.CommitAsync(
            new Commit().Put(new ClusterKeys("test").Member("b"), record.ToArray(), lease!.Id), CancellationToken.None);
        await TestNode.UntilAsync(() => a.View.Members.ContainsKey("b"), "a sees b");
        var b = a.View.Members["b"];
        Assert.Equal((new Incarnation(0x7f), 9, MemberRole.Draining), (b.Incarnation, b.Slot, b.Role));
    }

    [Fact]
    public async Task A_member_whose_record_is_spoilt_is_not_taken_for_gone()
    {
        var (a, _) = await _cluster.JoinAsync("a");

        // Not a real node: one whose record is spoilt takes itself for lost, and leaves.
        await PutAsync("b", """{"v":1,"member":{"name":"b","incarnation":"6f","slot":8,"peerAddress":"b:1"}}""");
        await TestNode.UntilAsync(() => a.View.Members.Count == 2, "a sees b");
        var gone = false;
        a.Changed += (before, after) => gone |= ClusterDifference.Between(before, after).Gone.Count > 0;
        await PutAsync("b", "{");
        await PutAsync("c", """{"v":1,"member":{"name":"c","incarnation":"7f","slot":9,"peerAddress":"c:1"}}""");
        await TestNode.UntilAsync(() => a.View.Members.ContainsKey("c"), "a sees c, which came later");
        Assert.False(gone);
        Assert.True(a.View.Members.ContainsKey("b"));

        async Task PutAsync(string name, string record)
        {
            var lease = await _cluster.Store.GrantAsync(MembershipFixture.LeaseTime, CancellationToken.None);
            var commit = new Commit().Put(new ClusterKeys("test").Member(name), System.Text.Encoding.UTF8.GetBytes(record), lease!.Id);
            await _cluster.Store.CommitAsync(commit, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"v":0,"member":{"name":"b","incarnation":"7f","slot":9,"peerAddress":"b:1"}}""")]
    [InlineData("""{"v":1,"member":{"name":"c","incarnation":"7f","slot":9,"peerAddress":"b:1"}}""")]
    [InlineData("""{"v":1,"member":{"name":"b","incarnation":127,"slot":9,"peerAddress":"b:1"}}""")]
    [InlineData("""{"v":1,"member":null}""")]
    public async Task A_record_that_cannot_be_read_is_no_member_and_nobody_joins_beside_it(string record)
    {
        var (a, _) = await _cluster.JoinAsync("a");
        await _cluster.Store.CommitAsync(
            new Commit().Put(new ClusterKeys("test").Member("b"), System.Text.Encoding.UTF8.GetBytes(record)), CancellationToken.None);
        var (c, _) = _cluster.Node("c");
        Assert.Equal(
            new JoinResult(JoinOutcome.Refused, "the record of member b cannot be read: is its release too old?"),
            await c.JoinAsync(CancellationToken.None));
        Assert.Equal(["a"], a.View.Members.Keys);
    }

    [Fact]
    public async Task A_role_is_seen_by_all()
    {
        var (a, _) = await _cluster.JoinAsync("a");
        var (b, _) = await _cluster.JoinAsync("b");
        Assert.True(await b.SetRoleAsync(MemberRole.Draining, CancellationToken.None));
        Assert.Equal(MemberRole.Draining, b.Self.Role);
        await TestNode.UntilAsync(() => a.View.Members.TryGetValue("b", out var seen) && seen.Role == MemberRole.Draining, "a sees it");
    }

    [Fact]
    public async Task Of_two_roles_that_are_told_at_once_the_one_that_was_said_last_stays()
    {
        var (a, _) = await _cluster.JoinAsync("a");
        var (b, way) = await _cluster.JoinAsync("b");
        way.CutOff();
        var draining = b.SetRoleAsync(MemberRole.Draining, CancellationToken.None);
        var resuming = b.SetRoleAsync(MemberRole.Up, CancellationToken.None);
        way.Reconnect();
        await _cluster.PassUntilAsync(() => draining.IsCompleted && resuming.IsCompleted, "both are told");
        Assert.Equal(MemberRole.Up, b.Self.Role);
        await TestNode.UntilAsync(() => a.View.Members.TryGetValue("b", out var seen) && seen.Role == MemberRole.Up, "a sees it");
    }

    [Fact]
    public async Task A_node_that_cannot_renew_is_unproven_before_the_others_see_it_lost()
    {
        var (a, _) = await _cluster.JoinAsync("a");
        var (b, way) = await _cluster.JoinAsync("b");
        var provenWhenLost = true;
        a.Changed += (_, after) => provenWhenLost &= after.Members.ContainsKey("b") || b.IsProven;
        await TestNode.UntilAsync(() => a.View.Members.Count == 2, "a sees b");
        way.CutOff();
        Assert.True(b.IsProven);
        await _cluster.PassUntilAsync(() => a.View.Members.Count == 1, "b is lost");
        Assert.False(provenWhenLost);
        Assert.False(b.IsProven);
        Assert.True(a.IsProven);
    }

    [Fact]
    public async Task A_node_that_was_lost_joins_again_as_another_incarnation_with_its_own_slot_and_role()
    {
        var (a, _) = await _cluster.JoinAsync("a");
        var (b, way) = await _cluster.JoinAsync("b");
        await b.SetRoleAsync(MemberRole.Draining, CancellationToken.None);
        await TestNode.UntilAsync(() => b.View.Members["b"].Role == MemberRole.Draining, "b sees its role");
        var (first, lease) = (b.Self, b.LeaseId);
        var own = new List<bool>();
        b.Changed += (_, after) => own.Add(after.Members.ContainsKey("b"));
        way.CutOff();
        await _cluster.PassUntilAsync(() => a.View.Members.Count == 1 && !b.View.Members.ContainsKey("b"), "both see that b is lost");
        Assert.Equal(first, b.Self);
        Assert.False(await b.SetRoleAsync(MemberRole.Leaving, CancellationToken.None));
        way.Reconnect();
        await _cluster.PassUntilAsync(() => a.View.Members.Count == 2 && b.IsProven, "b is back");
        Assert.NotEqual(first.Incarnation, b.Self.Incarnation);
        Assert.NotEqual(lease, b.LeaseId);
        Assert.Equal((first.Slot, MemberRole.Leaving), (b.Self.Slot, b.Self.Role));
        Assert.Equal([false, true], own);
    }

    [Fact]
    public async Task A_node_that_was_lost_takes_another_slot_if_its_own_is_taken()
    {
        var (b, way) = await _cluster.JoinAsync("b");
        var slot = b.Self.Slot;
        way.CutOff();
        await _cluster.PassUntilAsync(() => !b.View.Members.ContainsKey("b"), "b is lost");
        var key = new ClusterKeys("test").Slot(slot);
        await _cluster.Store.CommitAsync(new Commit().Put(key, """{"v":1,"node":"c","incarnation":"7f"}"""u8.ToArray()), CancellationToken.None);
        way.Reconnect();
        await _cluster.PassUntilAsync(() => b.IsProven, "b is back");
        Assert.NotEqual(slot, b.Self.Slot);
    }

    [Fact]
    public async Task A_node_whose_record_was_taken_away_gives_its_lease_up_and_joins_again()
    {
        var (a, _) = await _cluster.JoinAsync("a");
        var (first, lease) = (a.Self.Incarnation, a.LeaseId);
        await _cluster.Store.CommitAsync(new Commit().Delete(new ClusterKeys("test").Member("a")), CancellationToken.None);
        await _cluster.PassUntilAsync(() => a.IsProven && a.Self.Incarnation != first, "a is another incarnation");
        var late = await _cluster.Store.CommitAsync(new Commit().Put("/late", default, lease), CancellationToken.None);
        Assert.Equal(CommitResult.Conflict, late);
    }

    [Fact]
    public async Task A_join_whose_answers_are_lost_is_one_join()
    {
        var (a, way) = _cluster.Node("a");
        way.LoseAnswers(1);
        Assert.Equal(JoinOutcome.Joined, (await a.JoinAsync(CancellationToken.None)).Outcome);
        Assert.Equal(["a"], a.View.Members.Keys);
        way.LoseAnswers(1);
        var changing = a.SetRoleAsync(MemberRole.Draining, CancellationToken.None);
        await _cluster.PassUntilAsync(() => changing.IsCompleted, "the role is told");
        Assert.True(await changing);
    }

    [Fact]
    public async Task A_store_that_cannot_be_reached_is_told_and_left_to_be_tried_again()
    {
        var (a, way) = _cluster.Node("a");
        way.CutOff();
        Assert.Equal(new JoinResult(JoinOutcome.NotYet, "the coordination store cannot be reached"), await a.JoinAsync(CancellationToken.None));
        way.Reconnect();
        Assert.Equal(JoinOutcome.Joined, (await a.JoinAsync(CancellationToken.None)).Outcome);
    }

    [Fact]
    public async Task Nodes_that_join_at_once_have_slots_of_their_own()
    {
        var joined = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => _cluster.JoinAsync($"n{i}"))));
        Assert.Equal(20, joined.Select(j => j.Node.Self.Slot).Distinct().Count());
        Assert.Equal(20, joined.Select(j => j.Node.Self.Incarnation).Distinct().Count());
        await TestNode.UntilAsync(() => joined.All(j => j.Node.View.Members.Count == 20), "all see all");
    }

    [Fact]
    public async Task A_slot_that_is_asked_for_is_had()
    {
        var (a, _) = await _cluster.JoinAsync("a", o => o with { Slot = 77 });
        Assert.Equal(77, a.Self.Slot);
    }

    [Fact]
    public async Task The_slot_of_a_node_that_crashed_begins_to_rest_when_somebody_joins()
    {
        var (a, way) = await _cluster.JoinAsync("a", o => o with { Slot = 77 });
        way.CutOff();
        await _cluster.PassUntilAsync(() => !a.IsProven && !a.View.Members.ContainsKey("a"), "a is lost");
        await _cluster.JoinAsync("b");
        var record = (await _cluster.Store.ReadAsync(new ClusterKeys("test").Slot(77), CancellationToken.None))!.Entries.Values.Single();
        Assert.Contains("\"freedAt\":\"2030-01-01T00:00:", System.Text.Encoding.UTF8.GetString(record.Value.Span), StringComparison.Ordinal);
    }
}

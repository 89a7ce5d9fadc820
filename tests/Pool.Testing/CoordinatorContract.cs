using System.Globalization;
using System.Text;
using Pool.Actors.Cluster.Coordination;
using Xunit;

namespace Pool.Testing;

/// <summary>What every <see cref="ICoordinator"/> does: each implementation runs these tests.</summary>
public abstract class CoordinatorContract
{
    /// <summary>A short life for a lease.</summary>
    protected static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(3);

    private readonly string _prefix = $"/contract/{Guid.NewGuid():n}/";

    /// <summary>What is tested. Other tests may use the same store, below other prefixes.</summary>
    protected abstract ICoordinator Coordinator { get; }

    /// <summary>Lets the store's clock go on for a moment.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    [Fact]
    public async Task Where_nothing_was_put_there_is_nothing()
    {
        var view = await ReadAsync();
        Assert.Empty(view.Entries);
        Assert.True(view.Revision > 0);
    }

    [Fact]
    public async Task What_is_put_is_read_in_ordinal_order_with_its_revisions()
    {
        var value = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await DoneAsync(new Commit().Put(_prefix + "b", value).Put(_prefix + "a", default).Put(_prefix + "B", "ü"u8.ToArray()));
        var view = await ReadAsync();
        Assert.Equal([_prefix + "B", _prefix + "a", _prefix + "b"], view.Entries.Keys);
        Assert.Equal([2, 0, 256], view.Entries.Values.Select(e => e.Value.Length));
        Assert.Equal(value, view.Entries[_prefix + "b"].Value.ToArray());
        Assert.All(view.Entries.Values, e => Assert.Equal((view.Revision, view.Revision, 0L), (e.CreateRevision, e.ModRevision, e.LeaseId)));
    }

    [Fact]
    public async Task A_prefix_is_not_its_neighbours()
    {
        await DoneAsync(new Commit().Put(_prefix + "a/1", default).Put(_prefix + "a0", default).Put(_prefix + "a.", default).Put(_prefix + "a", default));
        Assert.Equal([_prefix + "a/1"], (await ReadAsync("a/")).Entries.Keys);
        Assert.Equal(4, (await ReadAsync("a")).Entries.Count);
    }

    [Fact]
    public async Task A_changed_entry_keeps_when_it_was_created_and_one_made_anew_does_not()
    {
        var first = await PutAsync("a", "1");
        var changed = await PutAsync("a", "2");
        Assert.Equal(first.CreateRevision, changed.CreateRevision);
        Assert.True(changed.ModRevision > first.ModRevision);
        await DoneAsync(new Commit().Delete(_prefix + "a"));
        Assert.Empty((await ReadAsync()).Entries);
        Assert.True((await PutAsync("a", "2")).CreateRevision > changed.ModRevision);
    }

    [Fact]
    public async Task What_is_not_as_expected_changes_nothing()
    {
        var entry = await PutAsync("a", "1");
        await ConflictAsync(new Commit().Expect(_prefix + "a", 0).Put(_prefix + "b", default));
        await ConflictAsync(new Commit().Expect(_prefix + "a", entry.ModRevision + 1).Delete(_prefix + "a"));
        await ConflictAsync(new Commit().Expect(_prefix + "a", entry.ModRevision).Expect(_prefix + "none", 1).Put(_prefix + "a", default));
        Assert.Equal([entry], (await ReadAsync()).Entries.Values, (x, y) => (x.Key, x.ModRevision) == (y.Key, y.ModRevision));
        await DoneAsync(new Commit().Expect(_prefix + "a", entry.ModRevision).Expect(_prefix + "b", 0).Delete(_prefix + "a").Put(_prefix + "b", default));
        Assert.Equal([_prefix + "b"], (await ReadAsync()).Entries.Keys);
        await ConflictAsync(new Commit().Expect(_prefix + "a", entry.ModRevision).Put(_prefix + "a", default));
    }

    [Fact]
    public async Task A_commit_may_only_ask()
    {
        var entry = await PutAsync("a", "1");
        await DoneAsync(new Commit().Expect(_prefix + "a", entry.ModRevision).Expect(_prefix + "b", 0));
        await ConflictAsync(new Commit().Expect(_prefix + "b", entry.ModRevision));
        await DoneAsync(new Commit().Delete(_prefix + "none"));
    }

    [Fact]
    public async Task Of_those_who_change_one_value_at_once_each_counts_once()
    {
        const int writers = 4;
        const int each = 10;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < each;)
            {
                var old = (await ReadAsync()).Entries.GetValueOrDefault(_prefix + "count");
                var next = old is null ? 1 : int.Parse(Encoding.UTF8.GetString(old.Value.Span), CultureInfo.InvariantCulture) + 1;
                var commit = new Commit().Expect(_prefix + "count", old?.ModRevision ?? 0).Put(_prefix + "count", Bytes($"{next}"));
                done += await Coordinator.CommitAsync(commit, CancellationToken.None) == CommitResult.Done ? 1 : 0;
            }
        })));
        Assert.Equal($"{writers * each}", Encoding.UTF8.GetString((await ReadAsync()).Entries.Values.Single().Value.Span));
    }

    [Fact]
    public async Task What_was_put_under_a_lease_goes_when_it_is_given_up()
    {
        var (lease, other) = (await GrantAsync(), await GrantAsync());
        Assert.True(lease.IsProven);
        await DoneAsync(new Commit().Put(_prefix + "a", default, lease.Id).Put(_prefix + "b", default, other.Id).Put(_prefix + "c", default));
        await DoneAsync(new Commit().Put(_prefix + "d", default, lease.Id));
        Assert.Equal([lease.Id, other.Id, 0, lease.Id], (await ReadAsync()).Entries.Values.Select(e => e.LeaseId));
        await DoneAsync(new Commit().Put(_prefix + "d", default));
        await lease.DisposeAsync();
        Assert.Equal([_prefix + "b", _prefix + "c", _prefix + "d"], (await ReadAsync()).Entries.Keys);
        Assert.False(lease.IsProven);
        Assert.True(lease.Lost.IsCancellationRequested);
        Assert.True(other.IsProven);
        await other.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_can_be_put_under_a_lease_that_is_gone()
    {
        var lease = await GrantAsync();
        await lease.DisposeAsync();
        await ConflictAsync(new Commit().Put(_prefix + "a", default, lease.Id).Put(_prefix + "b", default));
        Assert.Empty((await ReadAsync()).Entries);
    }

    [Fact]
    public async Task A_lease_outlives_its_time_while_it_is_renewed_and_is_unproven_before_it_expires_when_it_is_not()
    {
        await using var lease = await GrantAsync();
        await DoneAsync(new Commit().Put(_prefix + "a", default, lease.Id));
        await PassAsync(TimeToLive * 1.5);
        Assert.Single((await ReadAsync()).Entries);
        await TestNode.UntilAsync(() => lease.IsProven, "it is proven");
        lease.Abandon();
        while ((await ReadAsync()).Entries.Count > 0)
        {
            await PassAsync(TimeSpan.FromMilliseconds(100));
        }

        Assert.False(lease.IsProven);
        await ConflictAsync(new Commit().Put(_prefix + "a", default, lease.Id));
    }

    [Fact]
    public async Task Who_follows_sees_what_is_there_then_changes_there_and_nothing_of_elsewhere()
    {
        await PutAsync("a/1", "1");
        await using var follower = Follow("a/");
        Assert.Equal(["a/1=1"], await follower.NextAsync());
        await PutAsync("b/1", "1");
        await PutAsync("a/2", "2");
        Assert.Equal(["a/1=1", "a/2=2"], await follower.NextAsync());
        await DoneAsync(new Commit().Delete(_prefix + "a/1").Put(_prefix + "a/2", Bytes("3")));
        Assert.Equal(["a/2=3"], await follower.NextAsync());
        await DoneAsync(new Commit().Delete(_prefix + "a/2"));
        Assert.Empty(await follower.NextAsync());
    }

    [Fact]
    public async Task Who_follows_sees_what_many_changes_led_to_and_never_goes_back()
    {
        await using var follower = Follow("");
        Assert.Empty(await follower.NextAsync());
        for (var i = 1; i <= 50; i++)
        {
            await PutAsync("a", $"{i}");
        }

        var seen = new List<int>();
        while (seen.LastOrDefault() < 50)
        {
            seen.Add(int.Parse((await follower.NextAsync()).Single()[2..], CultureInfo.InvariantCulture));
        }

        Assert.Equal(seen.Order().Distinct(), seen);
    }

    [Fact]
    public async Task Who_follows_sees_that_a_lease_has_ended()
    {
        var lease = await GrantAsync();
        await DoneAsync(new Commit().Put(_prefix + "a", default, lease.Id));
        await using var follower = Follow("");
        Assert.Single(await follower.NextAsync());
        await lease.DisposeAsync();
        Assert.Empty(await follower.NextAsync());
    }

    [Fact]
    public async Task Following_ends_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        await using var views = Coordinator.FollowAsync(_prefix, cancel.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await views.MoveNextAsync());
        var next = views.MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public void A_commit_changes_a_key_once() =>
        Assert.Throws<ArgumentException>(() => new Commit().Put("a", default).Delete("a"));

    /// <summary>Follows the entries below a prefix of this test's own.</summary>
    protected ContractFollower Follow(string below) => new(Coordinator, _prefix, below);

    /// <summary>Puts an entry of this test's own and reads it.</summary>
    protected async Task<CoordinationEntry> PutAsync(string key, string value)
    {
        await DoneAsync(new Commit().Put(_prefix + key, Bytes(value)));
        return (await ReadAsync(key)).Entries[_prefix + key];
    }

    /// <summary>Reads the entries of this test.</summary>
    protected async Task<CoordinationView> ReadAsync(string below = "") =>
        await Coordinator.ReadAsync(_prefix + below, CancellationToken.None) ?? throw new InvalidOperationException("the store cannot be reached");

    /// <summary>Begins a lease.</summary>
    protected async Task<ICoordinationLease> GrantAsync()
    {
        // A store that has much to do may take longer than one answer is waited for.
        for (var attempt = 0; attempt < 5; attempt++)
        {
            if (await Coordinator.GrantAsync(TimeToLive, CancellationToken.None) is { } lease)
            {
                return lease;
            }
        }

        throw new InvalidOperationException("the store cannot be reached");
    }

    private async Task DoneAsync(Commit commit) => Assert.Equal(CommitResult.Done, await Coordinator.CommitAsync(commit, CancellationToken.None));

    private async Task ConflictAsync(Commit commit) => Assert.Equal(CommitResult.Conflict, await Coordinator.CommitAsync(commit, CancellationToken.None));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

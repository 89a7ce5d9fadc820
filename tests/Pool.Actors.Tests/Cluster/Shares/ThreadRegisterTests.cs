using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Shares;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Shares;

public sealed class ThreadRegisterTests
{
    private readonly ManualTime _time = new();
    private readonly InProcessCoordinator _store;
    private readonly SlowStore _slow;
    private readonly FakeMembership _membership;
    private readonly ThreadRegister _register;

    public ThreadRegisterTests()
    {
        _store = new InProcessCoordinator(_time);
        _slow = new SlowStore(_store);
        _membership = new FakeMembership(_store, "a");
        _register = new ThreadRegister(_membership, _slow, "db", _time, NullLogger.Instance);
    }

    [Fact]
    public async Task Nothing_is_permitted_before_a_life_has_begun_and_after_it_has_ended()
    {
        Assert.Null(_register.TryBegin());
        await BeginAsync();
        var permit = _register.TryBegin()!;
        _register.End();

        Assert.Null(_register.TryBegin());
        Assert.False(permit.Holds);
        Assert.False(await permit.AnnounceAsync(7, "app", CancellationToken.None));
        Assert.Empty(await ThreadsAsync());
    }

    [Fact]
    public async Task Connections_name_cluster_node_and_life()
    {
        await BeginAsync();
        Assert.Equal(
            [new("pool_cluster", "test"), new("pool_node", "a"), new("pool_incarnation", _membership.Self.Incarnation.ToString())],
            _register.TryBegin()!.Attributes);
    }

    [Fact]
    public async Task Connects_that_come_together_are_announced_together()
    {
        await BeginAsync();
        _slow.Gate = new TaskCompletionSource();
        var permits = Enumerable.Range(1, 20).Select(i => _register.TryBegin()!.AnnounceAsync((ulong)i, "app", CancellationToken.None).AsTask()).ToList();
        await TestNode.UntilAsync(() => _slow.Commits == 1, "the first is being written");
        _slow.Gate.SetResult();

        Assert.All(await Task.WhenAll(permits), Assert.True);
        Assert.InRange(_slow.Commits, 1, 3);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (ulong)i), (await ThreadsAsync()).Order());
    }

    // Releases before this one read the numbers alone, and go by them.
    [Fact]
    public async Task An_announcement_says_who_logs_in_beside_the_number()
    {
        await BeginAsync();
        Assert.True(await _register.TryBegin()!.AnnounceAsync(7, "rep", CancellationToken.None));
        Assert.Equal("""{"v":1,"ids":[7],"users":["rep"]}""", Assert.Single(await BatchesAsync()));
    }

    [Fact]
    public async Task What_has_ended_is_taken_out_with_the_next_announcement()
    {
        await BeginAsync();
        var first = _register.TryBegin()!;
        Assert.True(await first.AnnounceAsync(1, "app", CancellationToken.None));
        Assert.True(await AnnounceAsync(2));
        first.Ended();
        Assert.True(await AnnounceAsync(3));
        Assert.Equal([2ul, 3ul], (await ThreadsAsync()).Order());
    }

    [Fact]
    public async Task A_login_that_was_given_up_stays_announced_for_a_while()
    {
        await BeginAsync();
        var permit = _register.TryBegin()!;
        Assert.True(await permit.AnnounceAsync(1, "app", CancellationToken.None));
        permit.GiveUp();
        Assert.True(await AnnounceAsync(2));
        Assert.Equal([1ul, 2ul], (await ThreadsAsync()).Order());

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await AnnounceAsync(3));
        Assert.Equal([2ul, 3ul], (await ThreadsAsync()).Order());
    }

    [Fact]
    public async Task After_the_life_is_gone_in_the_store_nothing_can_be_announced_any_more()
    {
        await BeginAsync();
        var permit = _register.TryBegin()!;
        await _store.CommitAsync(new Commit().Delete(Life), CancellationToken.None);

        Assert.False(await permit.AnnounceAsync(1, "app", CancellationToken.None));
        Assert.Empty(await ThreadsAsync());
    }

    [Fact]
    public async Task An_announcement_of_which_nobody_knows_whether_it_was_made_permits_nothing()
    {
        await BeginAsync();
        _slow.Result = CommitResult.Unknown;
        Assert.False(await AnnounceAsync(1));
        _slow.Result = null;
        Assert.True(await AnnounceAsync(2));
    }

    [Fact]
    public async Task A_number_that_a_restarted_server_gives_again_stays_announced_when_who_had_it_before_is_seen_to_have_ended()
    {
        await BeginAsync();
        var (before, after) = (_register.TryBegin()!, _register.TryBegin()!);
        Assert.True(await before.AnnounceAsync(1, "app", CancellationToken.None));
        Assert.True(await after.AnnounceAsync(1, "app", CancellationToken.None));
        before.Ended();
        Assert.True(await AnnounceAsync(2));
        Assert.Equal([1ul, 2ul], (await ThreadsAsync()).Order());
        after.Ended();
        Assert.True(await AnnounceAsync(3));
        Assert.Equal([2ul, 3ul], (await ThreadsAsync()).Order());
    }

    [Fact]
    public async Task A_number_of_a_login_that_was_given_up_stays_announced_for_who_has_it_now()
    {
        await BeginAsync();
        var permit = _register.TryBegin()!;
        Assert.True(await permit.AnnounceAsync(1, "app", CancellationToken.None));
        permit.GiveUp();
        Assert.True(await AnnounceAsync(1));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(await AnnounceAsync(2));
        Assert.Equal([1ul, 2ul], (await ThreadsAsync()).Order());
    }

    private string Life => $"/pool/test/backends/db/shares/{_membership.Self.Incarnation}";

    private async Task BeginAsync()
    {
        await _store.CommitAsync(new Commit().Put(Life, "{}"u8.ToArray(), _membership.LeaseId), CancellationToken.None);
        var view = await _store.ReadAsync(Life, CancellationToken.None);
        _register.Begin(_membership.Self.Incarnation, view!.Entries[Life].ModRevision);
    }

    private ValueTask<bool> AnnounceAsync(ulong threadId) => _register.TryBegin()!.AnnounceAsync(threadId, "app", CancellationToken.None);

    private async Task<IReadOnlySet<ulong>> ThreadsAsync()
    {
        var batches = await BatchesAsync();
        return batches.SelectMany(b => JsonDocument.Parse(b).RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetUInt64())).ToHashSet();
    }

    private async Task<IEnumerable<string>> BatchesAsync()
    {
        var view = await _store.ReadAsync($"/pool/test/backends/db/threads/{_membership.Self.Incarnation}/", CancellationToken.None);
        return view!.Entries.Values.Select(e => Encoding.UTF8.GetString(e.Value.Span));
    }

    /// <summary>A store whose answers the test holds back, or invents.</summary>
    private sealed class SlowStore(ICoordinator store) : ICoordinator
    {
        private int _commits;

        public TaskCompletionSource? Gate { get; set; }

        public CommitResult? Result { get; set; }

        public int Commits => Volatile.Read(ref _commits);

        public ValueTask<CoordinationView?> ReadAsync(string prefix, CancellationToken cancel) => store.ReadAsync(prefix, cancel);

        public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancel)
        {
            Interlocked.Increment(ref _commits);
            await (Gate?.Task ?? Task.CompletedTask);
            return Result ?? await store.CommitAsync(commit, cancel);
        }

        public IAsyncEnumerable<CoordinationView> FollowAsync(string prefix, CancellationToken cancel) => store.FollowAsync(prefix, cancel);

        public ValueTask<ICoordinationLease?> GrantAsync(TimeSpan timeToLive, CancellationToken cancel) => store.GrantAsync(timeToLive, cancel);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

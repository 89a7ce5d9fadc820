using Pool.Actors.Cluster.Coordination;
using Pool.Host.Etcd;
using Pool.Host.Tests.Lifecycle;
using Pool.Testing;

namespace Pool.Host.Tests.Etcd;

/// <summary>What a coordinator makes of answers that a real etcd seldom gives.</summary>
public sealed class EtcdCoordinatorTests : IDisposable
{
    private const string Password = "correct-horse-battery";
    private const string Read = """{"header":{"revision":"7"}}""";

    // Longer than a busy machine takes to answer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly LogRecorder _log = new();
    private readonly List<FakeGateway> _gateways = [];

    public void Dispose() => _gateways.ForEach(g => g.Dispose());

    [Theory]
    [InlineData(14, "etcdserver: no leader", CommitResult.Unavailable)]
    [InlineData(8, "etcdserver: too many requests", CommitResult.Unavailable)]
    [InlineData(5, "etcdserver: requested lease not found", CommitResult.Conflict)]
    [InlineData(7, "etcdserver: permission denied", CommitResult.Unavailable)]
    [InlineData(3, "etcdserver: too many operations in txn request", CommitResult.Unavailable)]
    [InlineData(14, "etcdserver: request timed out", CommitResult.Unknown)]
    [InlineData(14, "etcdserver: leader changed", CommitResult.Unknown)]
    [InlineData(2, "raft: stopped", CommitResult.Unknown)]
    public async Task An_error_says_whether_a_commit_was_made(int code, string message, CommitResult expected) =>
        Assert.Equal(expected, await CommitAsync(_ => FakeGateway.Error(code, message)));

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{{{{")]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull")]
    [InlineData(null)]
    public async Task An_answer_that_is_none_leaves_a_commit_unknown(string? answer) =>
        Assert.Equal(CommitResult.Unknown, await CommitAsync(_ => answer, answer is null ? TimeSpan.FromMilliseconds(200) : null));

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"header":null}""")]
    [InlineData("""{"header":{"revision":"7"},"kvs":[null]}""")]
    [InlineData("""{"header":{"revision":"7"},"kvs":[{"mod_revision":"3"}]}""")]
    public async Task JSON_that_is_not_etcds_is_no_answer_and_who_follows_waits_for_one(string json)
    {
        var isEtcd = false;
        var gateway = Gateway(_ => FakeGateway.Json(isEtcd ? Read : json));
        await using var coordinator = Coordinator([gateway]);
        Assert.Null(await coordinator.ReadAsync("/a", CancellationToken.None));

        await using var views = coordinator.FollowAsync("/a", CancellationToken.None).GetAsyncEnumerator();
        var next = views.MoveNextAsync().AsTask();
        await TestNode.UntilAsync(() => gateway.Requests.Count >= 3, "it has read twice");
        isEtcd = true;
        Assert.True(await next);
        Assert.Equal(7, views.Current.Revision);
    }

    [Fact]
    public async Task A_lease_without_a_number_is_none()
    {
        await using var coordinator = Coordinator([Gateway(static _ => FakeGateway.Json("{}"))]);
        Assert.Null(await coordinator.GrantAsync(TimeSpan.FromSeconds(2), CancellationToken.None));
    }

    [Fact]
    public async Task An_entry_that_an_answer_has_twice_is_one()
    {
        const string Twice = """{"header":{"revision":"7"},"kvs":[{"key":"L2E=","mod_revision":"3"},{"key":"L2E=","mod_revision":"4"}]}""";
        await using var coordinator = Coordinator([Gateway(static _ => FakeGateway.Json(Twice))]);
        Assert.Single((await coordinator.ReadAsync("/a", CancellationToken.None))!.Entries);
    }

    [Fact]
    public async Task A_commit_that_may_have_been_made_is_not_sent_to_another_member()
    {
        var (first, second) = (Gateway(_ => ""), Gateway(_ => FakeGateway.Json("""{"header":{"revision":"7"},"succeeded":true}""")));
        await using var coordinator = Coordinator([first, second]);
        Assert.Equal(CommitResult.Unknown, await coordinator.CommitAsync(new Commit().Put("/a", default), CancellationToken.None));
        Assert.Empty(second.Requests);
        Assert.Equal(CommitResult.Done, await coordinator.CommitAsync(new Commit().Put("/a", default), CancellationToken.None));
    }

    [Fact]
    public async Task A_read_goes_on_to_the_member_that_answers()
    {
        var (first, second) = (Gateway(_ => null), Gateway(_ => FakeGateway.Json(Read)));
        await using var coordinator = Coordinator([first, second], patience: TimeSpan.FromSeconds(3));
        Assert.Equal(7, (await coordinator.ReadAsync("/a", CancellationToken.None))!.Revision);
        Assert.Equal(7, (await coordinator.ReadAsync("/a", CancellationToken.None))!.Revision);
        Assert.Single(first.Requests);
    }

    [Fact]
    public async Task A_token_that_is_not_valid_any_more_is_replaced_once_for_all_calls()
    {
        var logins = 0;
        var gateway = Gateway(request => request switch
        {
            { Path: "/v3/auth/authenticate" } => FakeGateway.Json($$"""{"token":"token-{{Interlocked.Increment(ref logins)}}"}"""),
            { Authorization: "token-2" } => FakeGateway.Json(Read),
            _ => FakeGateway.Error(16, "etcdserver: invalid auth token"),
        });
        await using var coordinator = Coordinator([gateway], user: "pool");
        var reads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => coordinator.ReadAsync("/a", CancellationToken.None).AsTask()));
        Assert.All(reads, Assert.NotNull);
        Assert.Equal(2, logins);
    }

    [Fact]
    public async Task A_login_that_is_refused_is_told_without_the_password_and_not_repeated_in_one_call()
    {
        var gateway = Gateway(_ => FakeGateway.Error(3, "etcdserver: authentication failed, invalid user ID or password"));
        await using var coordinator = Coordinator([gateway, gateway], user: "pool");
        Assert.Null(await coordinator.ReadAsync("/a", CancellationToken.None));
        Assert.Single(gateway.Requests);
        Assert.Contains(Password, gateway.Requests.First().Body, StringComparison.Ordinal);
        Assert.Contains(
            "Warning: etcd cannot be used: the login of user pool failed: etcdserver: authentication failed, invalid user ID or password", _log.Lines);
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_is_never_valid_ends_the_call()
    {
        var gateway = Gateway(request => request.Path == "/v3/auth/authenticate"
            ? FakeGateway.Json("""{"token":"useless"}""")
            : FakeGateway.Error(16, "etcdserver: invalid auth token"));
        await using var coordinator = Coordinator([gateway], user: "pool");
        Assert.Null(await coordinator.ReadAsync("/a", CancellationToken.None));
    }

    [Fact]
    public async Task A_lease_whose_renewal_answers_without_a_time_to_live_is_lost()
    {
        var gateway = Gateway(request => request.Path switch
        {
            "/v3/lease/grant" => FakeGateway.Json("""{"ID":"77","TTL":"2"}"""),
            _ => FakeGateway.Chunked("""{"result":{"ID":"77"}}""", "\n"),
        });
        await using var coordinator = Coordinator([gateway]);
        await using var lease = (await coordinator.GrantAsync(TimeSpan.FromSeconds(2), CancellationToken.None))!;
        await TestNode.UntilAsync(() => lease.Lost.IsCancellationRequested, "the lease is lost");
        Assert.False(lease.IsProven);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n{")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{{{{")]
    [InlineData(null)]
    public async Task A_renewal_that_fails_in_any_way_is_tried_at_the_next_member(string? answer)
    {
        var next = Gateway(_ => FakeGateway.Chunked("""{"result":{"ID":"77",""", "\"TTL\":\"2\"}}\n"));
        var first = Gateway(request => request.Path == "/v3/lease/grant" ? FakeGateway.Json("""{"ID":"77","TTL":"2"}""") : answer);
        await using var coordinator = Coordinator([first, next]);
        await using var lease = (await coordinator.GrantAsync(TimeSpan.FromSeconds(2), CancellationToken.None))!;
        await TestNode.UntilAsync(() => next.Requests.Count(r => r.Path == "/v3/lease/keepalive") >= 2, "the next member renews");
        Assert.False(lease.Lost.IsCancellationRequested);
        lease.Abandon();
    }

    [Fact]
    public async Task Renewals_that_fail_are_told_when_that_begins_and_when_it_ends_and_not_each_of_them()
    {
        const int Failing = 5;
        var asked = 0;
        var gateway = Gateway(request => request.Path == "/v3/lease/grant" ? FakeGateway.Json("""{"ID":"77","TTL":"2"}""")
            : Interlocked.Increment(ref asked) <= Failing ? FakeGateway.Error(14, "etcdserver: no leader")
            : FakeGateway.Chunked("""{"result":{"ID":"77",""", "\"TTL\":\"2\"}}\n"));
        await using var coordinator = Coordinator([gateway]);
        await using var lease = (await coordinator.GrantAsync(TimeSpan.FromSeconds(2), CancellationToken.None))!;
        await TestNode.UntilAsync(() => Volatile.Read(ref asked) > Failing + 1, "it is renewed again");
        lease.Abandon();
        Assert.Single(_log.Lines, line => line.Contains("Lease 77 could not be renewed", StringComparison.Ordinal));
        Assert.Single(_log.Lines, line => line.Contains("Lease 77 is renewed again", StringComparison.Ordinal));
    }

    private async Task<CommitResult> CommitAsync(Func<GatewayRequest, string?> answer, TimeSpan? patience = null)
    {
        await using var coordinator = Coordinator([Gateway(answer)], patience: patience);
        return await coordinator.CommitAsync(new Commit().Put("/a", default), CancellationToken.None);
    }

    private EtcdCoordinator Coordinator(IEnumerable<FakeGateway> gateways, string? user = null, TimeSpan? patience = null) => new(
        new EtcdOptions
        {
            Endpoints = [.. gateways.Select(g => g.Address)],
            User = user,
            Password = () => Password,
            RequestTimeout = patience ?? s_patience,
        },
        TimeProvider.System,
        _log);

    private FakeGateway Gateway(Func<GatewayRequest, string?> answer)
    {
        var gateway = new FakeGateway(answer);
        _gateways.Add(gateway);
        return gateway;
    }
}

using Pool.Actors.Cluster.Coordination;
using Pool.Host.Etcd;
using Pool.Live.Tests.Support;
using Pool.Testing;

namespace Pool.Live.Tests.Cluster;

/// <summary>What every coordinator does, on a real etcd.</summary>
public abstract class EtcdContractTests : CoordinatorContract, IAsyncLifetime
{
    private readonly EtcdServers _servers;
    private EtcdCoordinator? _coordinator;

    /// <summary>Tests on this etcd.</summary>
    protected EtcdContractTests(EtcdServers servers) => _servers = servers;

    /// <inheritdoc/>
    protected override ICoordinator Coordinator => _coordinator!;

    /// <summary>The options of the coordinator under test.</summary>
    protected virtual EtcdOptions Adapt(EtcdOptions options) => options;

    /// <inheritdoc/>
    public Task InitializeAsync()
    {
        _coordinator = _servers.Coordinator(Adapt);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _coordinator!.DisposeAsync();

    /// <inheritdoc/>
    protected override Task PassAsync(TimeSpan time) => Task.Delay(time);
}

/// <summary>One member, as it comes.</summary>
public sealed class EtcdCoordinatorTests(EtcdCoordinatorTests.Servers servers) : EtcdContractTests(servers.Etcd), IClassFixture<EtcdCoordinatorTests.Servers>
{
    /// <summary>The etcd of these tests.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        internal EtcdServers Etcd { get; } = new(members: 1);

        /// <inheritdoc/>
        public Task InitializeAsync() => Etcd.StartAsync();

        /// <inheritdoc/>
        public async Task DisposeAsync() => await Etcd.DisposeAsync();
    }
}

/// <summary>Three members, TLS with certificates on both sides, and a login.</summary>
public sealed class SecureEtcdCoordinatorTests(SecureEtcdCoordinatorTests.Servers servers)
    : EtcdContractTests(servers.Etcd), IClassFixture<SecureEtcdCoordinatorTests.Servers>
{
    /// <inheritdoc/>
    protected override EtcdOptions Adapt(EtcdOptions options) => options with { User = EtcdServers.User, Password = () => EtcdServers.Password };

    [Fact]
    public async Task Without_the_right_password_certificate_or_authority_nothing_is_read_or_written()
    {
        var adapted = Adapt(servers.Etcd.Options);
        var wrong = new[]
        {
            adapted with { Password = () => "wrong" },
            adapted with { Password = () => null },
            adapted with { User = null },
            adapted with { CaFile = null },
            adapted with { CertificateFile = null, KeyFile = null },
            adapted with { Endpoints = [.. adapted.Endpoints.Select(e => new UriBuilder(e) { Host = "localhost.localdomain" }.Uri)] },
        };
        foreach (var options in wrong)
        {
            await using var stranger = servers.Etcd.Coordinator(_ => options);
            Assert.Null(await stranger.ReadAsync("/", CancellationToken.None));
            Assert.Equal(CommitResult.Unavailable, await stranger.CommitAsync(new Commit().Put("/stranger", default), CancellationToken.None));
        }

        Assert.Empty((await Coordinator.ReadAsync("/stranger", CancellationToken.None))!.Entries);
    }

    [Fact]
    public async Task A_token_that_etcd_has_forgotten_is_replaced()
    {
        await using var lease = await GrantAsync();
        await using var follower = Follow("");
        Assert.Empty(await follower.NextAsync());

        // Tokens are kept in the members' memory.
        for (var member = 0; member < 3; member++)
        {
            await servers.Etcd.EndAsync(member, Signal.Terminate);
        }

        await servers.Etcd.StartAsync();
        await Eventually.TrueAsync(async () => await Coordinator.ReadAsync("/", CancellationToken.None) is not null, () => "the token is not replaced");
        await PutAsync("a", "1");
        await follower.UntilAsync("a=1");
        await Eventually.TrueAsync(() => lease.IsProven, "the lease is not renewed");
    }

    /// <summary>The etcd of these tests.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        internal EtcdServers Etcd { get; } = new(members: 3);

        /// <inheritdoc/>
        public async Task InitializeAsync()
        {
            await Etcd.StartWithTlsAsync();
            await Etcd.RequireLoginAsync();
        }

        /// <inheritdoc/>
        public async Task DisposeAsync() => await Etcd.DisposeAsync();
    }
}
